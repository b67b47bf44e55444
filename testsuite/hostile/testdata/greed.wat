;; Each export takes memory until it is refused, and returns how often it got
;; some; those that are named "traps" then give up.
(component
  (core module $m
    (memory 1)
    (table $t 1 funcref)
    (func $memory (export "memory") (result i32) (local $n i32)
      (loop $l
        (if (i32.ge_s (memory.grow (i32.const 16)) (i32.const 0))
          (then (local.set $n (i32.add (local.get $n) (i32.const 1))) (br $l))))
      (local.get $n))
    (func (export "memory-and-traps") (drop (call $memory)) (unreachable))
    (func $table (export "table") (result i32) (local $n i32)
      (loop $l
        (if (i32.ge_s (table.grow $t (ref.null func) (i32.const 100000)) (i32.const 0))
          (then (local.set $n (i32.add (local.get $n) (i32.const 1))) (br $l))))
      (local.get $n))
    (func (export "table-and-traps") (drop (call $table)) (unreachable))
    (func (export "all-at-once") (result i32) (memory.grow (i32.const 65535)))
    (func (export "table-at-once") (result i32) (table.grow $t (ref.null func) (i32.const -2))))
  (core instance $m (instantiate $m))
  (func (export "memory") (result s32) (canon lift (core func $m "memory")))
  (func (export "memory-and-traps") (canon lift (core func $m "memory-and-traps")))
  (func (export "table") (result s32) (canon lift (core func $m "table")))
  (func (export "table-and-traps") (canon lift (core func $m "table-and-traps")))
  (func (export "all-at-once") (result s32) (canon lift (core func $m "all-at-once")))
  (func (export "table-at-once") (result s32) (canon lift (core func $m "table-at-once"))))
