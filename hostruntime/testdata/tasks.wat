;; A component that is its own task: each function of a:b/work calls the imported
;; one, or works.
(component
  (type $iface (instance
    (export "spin" (func (param "n" u32)))
    (export "down" (func (param "n" u32) (result u32)))
    (export "try-spin" (func (param "n" u32) (result (result u32 (error string)))))))
  (import "a:b/work" (instance $work (type $iface)))
  (core module $Mem
    (memory (export "memory") 2)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 4096)))
  (core instance $mem (instantiate $Mem))
  (core func $spin' (canon lower (func $work "spin")))
  (core func $down' (canon lower (func $work "down")))
  (core func $try' (canon lower (func $work "try-spin") (memory (core memory $mem "memory")) (realloc (core func $mem "realloc"))))
  (core module $M
    (import "" "spin" (func $spin (param i32)))
    (import "" "down" (func $down (param i32) (result i32)))
    (import "" "try" (func $try (param i32 i32)))
    (import "" "memory" (memory 2))
    ;; spin works n times around.
    (func $work (export "spin") (param $n i32)
      (if (i32.eqz (local.get $n)) (then (return)))
      (loop $again
        (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
    ;; down starts a task for n-1, and so on; it returns how many there were.
    (func (export "down") (param $n i32) (result i32)
      (if (result i32) (i32.eqz (local.get $n))
        (then (i32.const 0))
        (else (i32.add (i32.const 1) (call $down (i32.sub (local.get $n) (i32.const 1)))))))
    ;; spawn starts n tasks, one after the other, each of which spins by times.
    (func (export "spawn") (param $n i32) (param $by i32)
      (loop $again
        (call $spin (local.get $by))
        (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
    ;; attempt starts a task, and returns what it returned.
    (func (export "attempt") (param $n i32) (result i32)
      (call $try (local.get $n) (i32.const 1024))
      (i32.const 1024))
    ;; try-spin works, and traps where n is 13.
    (func (export "try-spin") (param $n i32) (result i32)
      (if (i32.eq (local.get $n) (i32.const 13)) (then unreachable))
      (call $work (local.get $n))
      (i32.store (i32.const 2048) (i32.const 0))
      (i32.store (i32.const 2052) (local.get $n))
      (i32.const 2048))
    ;; grow takes up n pages of memory, and says whether it got them.
    (func (export "grow") (param $n i32) (result i32)
      (i32.ne (memory.grow (local.get $n)) (i32.const -1))))
  (core instance $m (instantiate $M (with "" (instance
    (export "spin" (func $spin')) (export "down" (func $down')) (export "try" (func $try'))
    (export "memory" (memory $mem "memory"))))))
  (func $spin (param "n" u32) (canon lift (core func $m "spin")))
  (func $down (param "n" u32) (result u32) (canon lift (core func $m "down")))
  (func $try (param "n" u32) (result (result u32 (error string)))
    (canon lift (core func $m "try-spin") (memory (core memory $mem "memory")) (realloc (core func $mem "realloc"))))
  (func (export "attempt") (param "n" u32) (result (result u32 (error string)))
    (canon lift (core func $m "attempt") (memory (core memory $mem "memory")) (realloc (core func $mem "realloc"))))
  (func (export "spawn") (param "n" u32) (param "by" u32) (canon lift (core func $m "spawn")))
  (func (export "grow") (param "n" u32) (result bool) (canon lift (core func $m "grow")))
  (instance $exported (export "spin" (func $spin)) (export "down" (func $down)) (export "try-spin" (func $try)))
  (export "a:b/work" (instance $exported)))
