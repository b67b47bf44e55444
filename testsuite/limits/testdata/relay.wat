;; A component whose parts pass values to each other.
(component
  (component $Sink
    (core module $M (memory (export "memory") 40)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 16))
      (func (export "take") (param i32 i32)))
    (core instance $m (instantiate $M))
    (func (export "take") (param "data" (list u8))
      (canon lift (core func $m "take") (memory (core memory $m "memory")) (realloc (core func $m "realloc")))))
  (instance $sink (instantiate $Sink))
  (component $Source
    (import "take" (func $take (param "data" (list u8))))
    (core module $Mem (memory (export "memory") 40))
    (core instance $mem (instantiate $Mem))
    (core func $take' (canon lower (func $take) (memory (core memory $mem "memory"))))
    (core module $M
      (import "" "take" (func $take (param i32 i32)))
      (func (export "relay") (param $n i32) (param $size i32)
        (loop $again
          (call $take (i32.const 0) (local.get $size))
          (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))
    (core instance $m (instantiate $M (with "" (instance (export "take" (func $take'))))))
    (func (export "relay") (param "n" u32) (param "size" u32) (canon lift (core func $m "relay"))))
  (instance $source (instantiate $Source (with "take" (func $sink "take"))))
  (export "relay" (func $source "relay")))
