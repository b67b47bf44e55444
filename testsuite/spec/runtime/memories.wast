;; Which memory, which function: what canonical options name counts, and not
;; what the core module that makes the call has.

;; the caller is a module without a memory, which calls by way of a table that
;; is filled last; its strings lie in the second of two memories
(component
  (component $Length
    (core module $M
      (memory (export "m") 1)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 100))
      ;; the sum of the characters
      (func (export "sum") (param i32 i32) (result i32) (local $sum i32)
        (block $done
          (loop $next
            (br_if $done (i32.eqz (local.get 1)))
            (local.set $sum (i32.add (local.get $sum) (i32.load8_u (local.get 0))))
            (local.set 0 (i32.add (local.get 0) (i32.const 1)))
            (local.set 1 (i32.sub (local.get 1) (i32.const 1)))
            (br $next)))
        (local.get $sum)))
    (core instance $m (instantiate $M))
    (alias core export $m "m" (core memory $mem))
    (func (export "sum") (param "s" string) (result u32)
      (canon lift (core func $m "sum") (memory $mem) (realloc (core func $m "realloc")))))
  (instance $length (instantiate $Length))

  (core module $First (memory (export "m") 1) (data (i32.const 8) "xxx"))
  (core module $Second (memory (export "m") 1) (data (i32.const 8) "\01\02\03"))
  (core module $Shim
    (type $t (func (param i32 i32) (result i32)))
    (table (export "t") 1 funcref)
    (func (export "sum") (param i32 i32) (result i32)
      (call_indirect (type $t) (local.get 0) (local.get 1) (i32.const 0))))
  (core module $Main
    (import "shim" "sum" (func $sum (param i32 i32) (result i32)))
    (import "first" "m" (memory 1))
    (func (export "run") (result i32) (call $sum (i32.const 8) (i32.const 3))))
  (core module $Fixup
    (import "" "t" (table 1 funcref))
    (import "" "sum" (func $sum (param i32 i32) (result i32)))
    (elem (i32.const 0) func $sum))
  (core instance $first (instantiate $First))
  (core instance $second (instantiate $Second))
  (core instance $shim (instantiate $Shim))
  (core instance $main (instantiate $Main (with "shim" (instance $shim)) (with "first" (instance $first))))
  (alias core export $second "m" (core memory $mem))
  (canon lower (func $length "sum") (memory $mem) (core func $sum))
  (alias core export $shim "t" (core table $t))
  (core instance (instantiate $Fixup (with "" (instance (export "t" (table $t)) (export "sum" (func $sum))))))
  (func (export "run") (result u32) (canon lift (core func $main "run"))))
(assert_return (invoke "run") (u32.const 6))

;; a function called _start is a function: nothing calls it
(component
  (core module $M
    (global $n (mut i32) (i32.const 0))
    (func (export "_start") (global.set $n (i32.const 1)))
    (func (export "_initialize") (global.set $n (i32.const 2)))
    (func (export "n") (result i32) (global.get $n)))
  (core instance $m (instantiate $M))
  (func (export "n") (result u32) (canon lift (core func $m "n"))))
(assert_return (invoke "n") (u32.const 0))

;; post-return runs once for each call, after the result was read, and gets the
;; core result
(component
  (core module $M
    (memory (export "m") 1)
    (global $calls (mut i32) (i32.const 0))
    (data (i32.const 40) "\64\00\00\00\03\00\00\00")
    (data (i32.const 100) "abc")
    (func (export "text") (result i32) (i32.const 40))
    (func (export "free") (param i32)
      (if (i32.ne (local.get 0) (i32.const 40)) (then unreachable))
      (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
      (i32.store8 (i32.const 100) (i32.add (i32.const 0x41) (global.get $calls))))
    (func (export "calls") (result i32) (global.get $calls)))
  (core instance $m (instantiate $M))
  (alias core export $m "m" (core memory $mem))
  (func (export "text") (result string)
    (canon lift (core func $m "text") (memory $mem) (post-return (core func $m "free"))))
  (func (export "calls") (result u32) (canon lift (core func $m "calls"))))
(assert_return (invoke "calls") (u32.const 0))
(assert_return (invoke "text") (str.const "abc"))
(assert_return (invoke "calls") (u32.const 1))
(assert_return (invoke "text") (str.const "Bbc"))
(assert_return (invoke "calls") (u32.const 2))
