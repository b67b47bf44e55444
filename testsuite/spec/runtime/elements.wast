;; Active element segments that leave their table trap at instantiation, as
;; the specification says; wazero would leave them out.

;; beyond the module's own table
(assert_trap
  (component
    (core module $M
      (table 2 funcref)
      (func $f)
      (elem (i32.const 1) func $f $f))
    (core instance (instantiate $M)))
  "out of bounds table access")

;; an empty segment may begin at the end, not behind it
(component
  (core module $M
    (table 2 funcref)
    (elem (i32.const 2) func))
  (core instance (instantiate $M)))
(assert_trap
  (component
    (core module $M
      (table 2 funcref)
      (elem (i32.const 3) func))
    (core instance (instantiate $M)))
  "out of bounds table access")

;; beyond another module's table: its real size counts, not the importer's
;; idea of it
(component definition $Imported
  (core module $T (table (export "t") 4 funcref))
  (core module $M
    (import "" "t" (table 1 funcref))
    (func $f)
    (elem (i32.const 3) func $f))
  (core instance $t (instantiate $T))
  (core instance (instantiate $M (with "" (instance $t)))))
(component instance $i $Imported)
(assert_trap
  (component
    (core module $T (table (export "t") 4 funcref))
    (core module $M
      (import "" "t" (table 1 funcref))
      (func $f)
      (elem (i32.const 4) func $f))
    (core instance $t (instantiate $T))
    (core instance (instantiate $M (with "" (instance $t)))))
  "out of bounds table access")

;; beyond the size that the table was made with, but grown before the segment
;; is written
(component
  (core module $T
    (table $t (export "t") 1 funcref)
    (func $grow (drop (table.grow $t (ref.null func) (i32.const 3))))
    (start $grow))
  (core module $M
    (import "" "t" (table $t 1 funcref))
    (type $u32 (func (result i32)))
    (func $f (result i32) (i32.const 7))
    (elem (i32.const 3) func $f)
    (func (export "run") (result i32) (call_indirect $t (type $u32) (i32.const 3))))
  (core instance $t (instantiate $T))
  (core instance $m (instantiate $M (with "" (instance $t))))
  (func (export "run") (result u32) (canon lift (core func $m "run"))))
(assert_return (invoke "run") (u32.const 7))

;; the offset can come from another instance
(assert_trap
  (component
    (core module $G (global (export "g") i32 (i32.const 2)))
    (core module $M
      (import "" "g" (global $g i32))
      (table 2 funcref)
      (func $f)
      (elem (global.get $g) func $f))
    (core instance $g (instantiate $G))
    (core instance (instantiate $M (with "" (instance $g)))))
  "out of bounds table access")
