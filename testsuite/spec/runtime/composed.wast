;; Components composed of components: resources and borrows that travel through
;; several of them, types that are hidden and named again on the way, and the
;; same module many times.

;; $Leaf defines a resource. $Middle takes it, wraps it in a resource of its own
;; and lends what it was lent. $Top uses both, and gives an own handle to the
;; middle, which gives it to the leaf, and back.
(component definition $Chain
  (component $Leaf
    (core module $M
      (import "" "new" (func $new (param i32) (result i32)))
      (import "" "rep" (func $rep (param i32) (result i32)))
      (import "" "drop" (func $drop (param i32)))
      (global $drops (mut i32) (i32.const 0))
      (func (export "make") (param i32) (result i32) (call $new (local.get 0)))
      ;; a borrow of what this component defines arrives as the representation
      (func (export "peek") (param i32) (result i32) (local.get 0))
      ;; an own handle goes in and comes out
      (func (export "pass") (param i32) (result i32)
        (call $new (i32.add (call $rep (local.get 0)) (i32.const 1)))
        (call $drop (local.get 0)))
      (func (export "drops") (result i32) (global.get $drops))
      (func (export "dtor") (param i32) (global.set $drops (i32.add (global.get $drops) (local.get 0)))))
    (core module $Indirect
      (table (export "t") 1 funcref)
      (type $t (func (param i32)))
      (func (export "dtor") (param i32) (call_indirect (type $t) (local.get 0) (i32.const 0))))
    (core module $Fill
      (import "" "dtor" (func $dtor (param i32)))
      (import "" "t" (table 1 funcref))
      (elem (i32.const 0) func $dtor))
    (core instance $indirect (instantiate $Indirect))
    (type $R (resource (rep i32) (dtor (core func $indirect "dtor"))))
    (canon resource.new $R (core func $new))
    (canon resource.rep $R (core func $rep))
    (canon resource.drop $R (core func $drop))
    (core instance $m (instantiate $M (with "" (instance
      (export "new" (func $new)) (export "rep" (func $rep)) (export "drop" (func $drop))))))
    (core instance (instantiate $Fill (with "" (instance
      (export "dtor" (func $m "dtor")) (export "t" (table $indirect "t"))))))
    (export $R' "r" (type $R))
    (func (export "make") (param "x" u32) (result (own $R')) (canon lift (core func $m "make")))
    (func (export "peek") (param "r" (borrow $R')) (result u32) (canon lift (core func $m "peek")))
    (func (export "pass") (param "r" (own $R')) (result (own $R')) (canon lift (core func $m "pass")))
    (func (export "drops") (result u32) (canon lift (core func $m "drops"))))

  (component $Middle
    (import "leaf" (instance $leaf
      (export "r" (type $r (sub resource)))
      (export "make" (func (param "x" u32) (result (own $r))))
      (export "peek" (func (param "r" (borrow $r)) (result u32)))
      (export "pass" (func (param "r" (own $r)) (result (own $r))))))
    (alias export $leaf "r" (type $r))
    (canon lower (func $leaf "make") (core func $make))
    (canon lower (func $leaf "peek") (core func $peek))
    (canon lower (func $leaf "pass") (core func $pass))
    (canon resource.drop $r (core func $drop))
    (core module $M
      (import "" "make" (func $make (param i32) (result i32)))
      (import "" "peek" (func $peek (param i32) (result i32)))
      (import "" "pass" (func $pass (param i32) (result i32)))
      (import "" "drop" (func $drop (param i32)))
      ;; lends on what it was lent, then drops its borrow
      (func (export "peek-twice") (param i32) (result i32)
        (i32.add (call $peek (local.get 0)) (call $peek (local.get 0)))
        (call $drop (local.get 0)))
      ;; keeps the borrow
      (func (export "peek-keep") (param i32) (result i32) (call $peek (local.get 0)))
      ;; drops the borrow, then lends it
      (func (export "peek-late") (param i32) (result i32)
        (call $drop (local.get 0))
        (call $peek (local.get 0)))
      ;; gives away what it was only lent
      (func (export "peek-steal") (param i32) (result i32)
        (call $pass (local.get 0)))
      (func (export "pass-on") (param i32) (result i32)
        (call $pass (call $pass (local.get 0))))
      (func (export "make-some") (param i32) (result i32)
        (call $drop (call $make (local.get 0)))
        (call $make (i32.add (local.get 0) (i32.const 1)))))
    (core instance $m (instantiate $M (with "" (instance
      (export "make" (func $make)) (export "peek" (func $peek))
      (export "pass" (func $pass)) (export "drop" (func $drop))))))
    (export $r' "thing" (type $r))
    (func (export "peek-twice") (param "r" (borrow $r')) (result u32) (canon lift (core func $m "peek-twice")))
    (func (export "peek-keep") (param "r" (borrow $r')) (result u32) (canon lift (core func $m "peek-keep")))
    (func (export "peek-late") (param "r" (borrow $r')) (result u32) (canon lift (core func $m "peek-late")))
    (func (export "peek-steal") (param "r" (borrow $r')) (result (own $r')) (canon lift (core func $m "peek-steal")))
    (func (export "pass-on") (param "r" (own $r')) (result (own $r')) (canon lift (core func $m "pass-on")))
    (func (export "make-some") (param "x" u32) (result (own $r')) (canon lift (core func $m "make-some"))))

  (component $Top
    (import "leaf" (instance $leaf
      (export "r" (type $r (sub resource)))
      (export "make" (func (param "x" u32) (result (own $r))))
      (export "peek" (func (param "r" (borrow $r)) (result u32)))))
    (alias export $leaf "r" (type $r))
    ;; the middle's type is the leaf's, under another name
    (import "middle" (instance $middle
      (alias outer 1 $r (type $r))
      (export "thing" (type $t (eq $r)))
      (export "peek-twice" (func (param "r" (borrow $t)) (result u32)))
      (export "peek-keep" (func (param "r" (borrow $t)) (result u32)))
      (export "peek-late" (func (param "r" (borrow $t)) (result u32)))
      (export "peek-steal" (func (param "r" (borrow $t)) (result (own $t))))
      (export "pass-on" (func (param "r" (own $t)) (result (own $t))))
      (export "make-some" (func (param "x" u32) (result (own $t))))))
    (canon lower (func $leaf "make") (core func $make))
    (canon lower (func $leaf "peek") (core func $peek))
    (canon lower (func $middle "peek-twice") (core func $peek-twice))
    (canon lower (func $middle "peek-keep") (core func $peek-keep))
    (canon lower (func $middle "peek-late") (core func $peek-late))
    (canon lower (func $middle "peek-steal") (core func $peek-steal))
    (canon lower (func $middle "pass-on") (core func $pass-on))
    (canon lower (func $middle "make-some") (core func $make-some))
    (canon resource.drop $r (core func $drop))
    (core module $M
      (import "" "make" (func $make (param i32) (result i32)))
      (import "" "peek" (func $peek (param i32) (result i32)))
      (import "" "peek-twice" (func $peek-twice (param i32) (result i32)))
      (import "" "peek-keep" (func $peek-keep (param i32) (result i32)))
      (import "" "peek-late" (func $peek-late (param i32) (result i32)))
      (import "" "peek-steal" (func $peek-steal (param i32) (result i32)))
      (import "" "pass-on" (func $pass-on (param i32) (result i32)))
      (import "" "make-some" (func $make-some (param i32) (result i32)))
      (import "" "drop" (func $drop (param i32)))
      (func (export "lend") (result i32) (local i32)
        (local.set 0 (call $make (i32.const 21)))
        (call $peek-twice (local.get 0))
        (call $drop (local.get 0)))
      (func (export "lend-keep") (result i32) (call $peek-keep (call $make (i32.const 1))))
      (func (export "lend-late") (result i32) (call $peek-late (call $make (i32.const 1))))
      (func (export "lend-steal") (result i32) (call $peek-steal (call $make (i32.const 1))))
      (func (export "give") (result i32) (local i32)
        (local.set 0 (call $pass-on (call $make (i32.const 5))))
        (call $peek (local.get 0))
        (call $drop (local.get 0)))
      (func (export "give-twice") (result i32) (local i32)
        (local.set 0 (call $make (i32.const 5)))
        (drop (call $pass-on (local.get 0)))
        (call $pass-on (local.get 0)))
      (func (export "from-middle") (result i32) (local i32)
        (local.set 0 (call $make-some (i32.const 7)))
        (call $peek (local.get 0))
        (call $drop (local.get 0))))
    (core instance $m (instantiate $M (with "" (instance
      (export "make" (func $make)) (export "peek" (func $peek))
      (export "peek-twice" (func $peek-twice)) (export "peek-keep" (func $peek-keep))
      (export "peek-late" (func $peek-late)) (export "peek-steal" (func $peek-steal))
      (export "pass-on" (func $pass-on)) (export "make-some" (func $make-some))
      (export "drop" (func $drop))))))
    (func (export "lend") (result u32) (canon lift (core func $m "lend")))
    (func (export "lend-keep") (result u32) (canon lift (core func $m "lend-keep")))
    (func (export "lend-late") (result u32) (canon lift (core func $m "lend-late")))
    (func (export "lend-steal") (result u32) (canon lift (core func $m "lend-steal")))
    (func (export "give") (result u32) (canon lift (core func $m "give")))
    (func (export "give-twice") (result u32) (canon lift (core func $m "give-twice")))
    (func (export "from-middle") (result u32) (canon lift (core func $m "from-middle"))))

  ;; and all of it one level deeper
  (component $All
    (alias outer 1 $Leaf (component $Leaf))
    (alias outer 1 $Middle (component $Middle))
    (alias outer 1 $Top (component $Top))
    (instance $leaf (instantiate $Leaf))
    (instance $middle (instantiate $Middle (with "leaf" (instance $leaf))))
    (instance $top (instantiate $Top (with "leaf" (instance $leaf)) (with "middle" (instance $middle))))
    (func (export "lend") (alias export $top "lend"))
    (func (export "lend-keep") (alias export $top "lend-keep"))
    (func (export "lend-late") (alias export $top "lend-late"))
    (func (export "lend-steal") (alias export $top "lend-steal"))
    (func (export "give") (alias export $top "give"))
    (func (export "give-twice") (alias export $top "give-twice"))
    (func (export "from-middle") (alias export $top "from-middle"))
    (func (export "drops") (alias export $leaf "drops")))
  (instance $all (instantiate $All))
  (func (export "lend") (alias export $all "lend"))
  (func (export "lend-keep") (alias export $all "lend-keep"))
  (func (export "lend-late") (alias export $all "lend-late"))
  (func (export "lend-steal") (alias export $all "lend-steal"))
  (func (export "give") (alias export $all "give"))
  (func (export "give-twice") (alias export $all "give-twice"))
  (func (export "from-middle") (alias export $all "from-middle"))
  (func (export "drops") (alias export $all "drops")))

(component instance $i $Chain)
(assert_return (invoke "lend") (u32.const 42))
(assert_return (invoke "drops") (u32.const 21))
(assert_return (invoke "give") (u32.const 7))
;; 5 and 6 on the way, 7 at the end
(assert_return (invoke "drops") (u32.const 39))
(assert_return (invoke "from-middle") (u32.const 8))
(assert_return (invoke "drops") (u32.const 54))
(assert_trap (invoke "lend-keep") "borrow handles still remain at the end of the call")
(component instance $i $Chain)
(assert_trap (invoke "lend-late") "unknown handle index 1")
(component instance $i $Chain)
(assert_trap (invoke "lend-steal") "cannot lift own resource from a borrow")
(component instance $i $Chain)
;; the index is in use again: it is a handle of what came back
(assert_return (invoke "give-twice") (u32.const 1))

;; One component, instantiated four times by one that is instantiated twice:
;; every instance has a memory and a resource type of its own.
(component definition $Many
  (component $Counter
    (core module $M
      (memory (export "m") 1)
      (func (export "next") (result i32)
        (i32.store (i32.const 0) (i32.add (i32.load (i32.const 0)) (i32.const 1)))
        (i32.load (i32.const 0))))
    (core instance $m (instantiate $M))
    (func (export "next") (result u32) (canon lift (core func $m "next"))))
  (component $Two
    (alias outer 1 $Counter (component $Counter))
    (instance $a (instantiate $Counter))
    (instance $b (instantiate $Counter))
    (canon lower (func $a "next") (core func $a))
    (canon lower (func $b "next") (core func $b))
    (core module $M
      (import "" "a" (func $a (result i32)))
      (import "" "b" (func $b (result i32)))
      (func (export "next") (result i32)
        (drop (call $b))
        (drop (call $b))
        (i32.add (i32.mul (i32.const 100) (call $a)) (call $b))))
    (core instance $m (instantiate $M (with "" (instance (export "a" (func $a)) (export "b" (func $b))))))
    (func (export "next") (result u32) (canon lift (core func $m "next"))))
  (instance $x (instantiate $Two))
  (instance $y (instantiate $Two))
  (func (export "x") (alias export $x "next"))
  (func (export "y") (alias export $y "next")))
(component instance $i $Many)
(assert_return (invoke "x") (u32.const 103))
(assert_return (invoke "x") (u32.const 206))
(assert_return (invoke "y") (u32.const 103))

;; What an ascribed type leaves out can't be reached from outside, and an
;; instance goes through two components under other names.
(component
  (component $Inner
    (core module $M (func (export "f") (result i32) (i32.const 1)) (func (export "g") (result i32) (i32.const 2)))
    (core instance $m (instantiate $M))
    (func $f (result u32) (canon lift (core func $m "f")))
    (func $g (result u32) (canon lift (core func $m "g")))
    (instance $both (export "f" (func $f)) (export "g" (func $g)))
    (export "one" (instance $both) (instance (export "g" (func (result u32)))))
    (export "all" (instance $both)))
  (component $Outer
    (import "in" (instance $in (export "g" (func (result u32)))))
    (export "out" (instance $in)))
  (instance $inner (instantiate $Inner))
  (instance $outer (instantiate $Outer (with "in" (instance $inner "all"))))
  (alias export $outer "out" (instance $out))
  (func (export "g") (alias export $out "g"))
  (alias export $inner "all" (instance $alls)) (func (export "f") (alias export $alls "f")))
(assert_return (invoke "g") (u32.const 2))
(assert_return (invoke "f") (u32.const 1))
(assert_invalid
  (component
    (component $Inner
      (instance $none)
      (import "f" (func $f))
      (instance $both (export "f" (func $f)))
      (export "one" (instance $both) (instance)))
    (import "f" (func $f))
    (instance $inner (instantiate $Inner (with "f" (func $f))))
    (alias export $inner "one" (instance $one))
    (func (export "f") (alias export $one "f")))
  "instance 1 has no export named `f`")
