;; An instance that is running is not entered again, but for a child that calls
;; its parent back. (Later revisions of the specification allow more; the
;; component model's own scripts for that need async.)

(component definition $Tree
  ;; the parent's function calls whatever stands in the table
  (core module $Inner
    (type $f (func (result i32)))
    (table (export "table") 1 funcref)
    (func (export "plain") (result i32) (i32.const 40))
    (func (export "again") (result i32) (call_indirect (type $f) (i32.const 0))))
  (core instance $inner (instantiate $Inner))
  (func $plain (result u32) (canon lift (core func $inner "plain")))
  (func $again (result u32) (canon lift (core func $inner "again")))

  (component $Child
    (import "plain" (func $plain (result u32)))
    (import "again" (func $again (result u32)))
    (canon lower (func $plain) (core func $plain'))
    (canon lower (func $again) (core func $again'))
    (core module $M
      (import "" "plain" (func $plain (result i32)))
      (import "" "again" (func $again (result i32)))
      (func (export "back") (result i32) (i32.add (call $plain) (i32.const 2)))
      (func (export "twice") (result i32) (call $again)))
    (core instance $m (instantiate $M (with "" (instance
      (export "plain" (func $plain'))
      (export "again" (func $again'))))))
    (func (export "back") (result u32) (canon lift (core func $m "back")))
    (func (export "twice") (result u32) (canon lift (core func $m "twice"))))
  (instance $child (instantiate $Child (with "plain" (func $plain)) (with "again" (func $again))))

  (canon lower (func $child "back") (core func $back))
  (canon lower (func $child "twice") (core func $twice))
  (core module $Outer
    (import "" "back" (func $back (result i32)))
    (import "" "twice" (func $twice (result i32)))
    (import "" "table" (table 1 funcref))
    (elem (i32.const 0) func $back)
    (func (export "back") (result i32) (call $back))
    (func (export "twice") (result i32) (call $twice)))
  (core instance $outer (instantiate $Outer (with "" (instance
    (export "back" (func $back))
    (export "twice" (func $twice))
    (export "table" (table $inner "table"))))))
  ;; from the parent to the child to the parent, and straight to the child
  (func (export "back") (result u32) (canon lift (core func $outer "back")))
  (func (export "child-back") (alias export $child "back"))
  ;; from the parent to the child to the parent to the same child
  (func (export "twice") (result u32) (canon lift (core func $outer "twice"))))
(component instance $i $Tree)
(assert_return (invoke "back") (u32.const 42))
(assert_return (invoke "child-back") (u32.const 42))
(assert_return (invoke "back") (u32.const 42))
(assert_trap (invoke "twice") "cannot enter component instance")
(assert_trap (invoke "back") "cannot enter component instance")

;; a destructor enters the instance that defines the resource
(component definition $Dtor
  (component $C
    (import "call-back" (func $call-back (param "h" u32)))
    (canon lower (func $call-back) (core func $call-back'))
    (core module $Dtor (func (export "dtor") (param i32)))
    (core instance $dtor (instantiate $Dtor))
    (type $R' (resource (rep i32) (dtor (core func $dtor "dtor"))))
    (export $R "R" (type $R'))
    (canon resource.new $R' (core func $new))
    (core module $M
      (import "" "new" (func $new (param i32) (result i32)))
      (import "" "call-back" (func $call-back (param i32)))
      (func (export "make") (result i32) (call $new (i32.const 1)))
      (func (export "busy") (param i32) (call $call-back (local.get 0))))
    (core instance $m (instantiate $M (with "" (instance
      (export "new" (func $new))
      (export "call-back" (func $call-back'))))))
    (func (export "make") (result (own $R)) (canon lift (core func $m "make")))
    (func (export "busy") (param "h" u32) (canon lift (core func $m "busy"))))

  ;; the parent owns an R, and drops it while C runs
  (core module $Table
    (type $drop (func (param i32)))
    (table (export "table") 1 funcref)
    (func (export "call-back") (param i32) (call_indirect (type $drop) (local.get 0) (i32.const 0))))
  (core instance $table (instantiate $Table))
  (func $call-back (param "h" u32) (canon lift (core func $table "call-back")))
  (instance $c (instantiate $C (with "call-back" (func $call-back))))
  (alias export $c "R" (type $R))
  (canon resource.drop $R (core func $drop))
  (canon lower (func $c "make") (core func $make))
  (canon lower (func $c "busy") (core func $busy))
  (core module $M
    (import "" "table" (table 1 funcref))
    (import "" "drop" (func $drop (param i32)))
    (import "" "make" (func $make (result i32)))
    (import "" "busy" (func $busy (param i32)))
    (elem (i32.const 0) func $drop)
    (func (export "idle") (call $drop (call $make)))
    (func (export "busy") (call $busy (call $make))))
  (core instance $m (instantiate $M (with "" (instance
    (export "table" (table $table "table"))
    (export "drop" (func $drop))
    (export "make" (func $make))
    (export "busy" (func $busy))))))
  (func (export "idle") (canon lift (core func $m "idle")))
  (func (export "busy") (canon lift (core func $m "busy"))))
(component instance $i $Dtor)
(assert_return (invoke "idle"))
(assert_trap (invoke "busy") "cannot enter component instance")
