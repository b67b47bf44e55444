;; The core module of echo.wasm. Its allocator moves a pointer forward, and each
;; post-return puts it back, so that calls leave nothing behind.
(module
  (import "test:cost/values" "sum" (func $sum (param i32 i64 f64) (result f64)))
  (import "test:cost/values" "text" (func $text (param i32 i32 i32)))
  (import "test:cost/values" "bytes" (func $bytes (param i32 i32 i32)))
  (memory (export "memory") 64)
  (global $top (mut i32) (i32.const 65536))

  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
    (local $at i32)
    (local.set $at (i32.and
      (i32.sub (i32.add (global.get $top) (local.get 2)) (i32.const 1))
      (i32.sub (i32.const 0) (local.get 2))))
    (global.set $top (i32.add (local.get $at) (local.get 3)))
    (local.get $at))

  (func $reset (global.set $top (i32.const 65536)))

  ;; A pointer and a length, as a result in memory.
  (func $pair (param i32 i32) (result i32)
    (i32.store (i32.const 16) (local.get 0))
    (i32.store (i32.const 20) (local.get 1))
    (i32.const 16))

  (func (export "test:cost/values#sum") (param i32 i64 f64) (result f64)
    (f64.add (f64.add (f64.convert_i32_u (local.get 0)) (f64.convert_i64_s (local.get 1))) (local.get 2)))
  (func (export "test:cost/values#text") (param i32 i32) (result i32)
    (call $pair (local.get 0) (local.get 1)))
  (func (export "test:cost/values#bytes") (param i32 i32) (result i32)
    (call $pair (local.get 0) (local.get 1)))
  (func (export "test:cost/values#points") (param i32 i32) (result i32)
    (call $pair (local.get 0) (local.get 1)))
  (func (export "cabi_post_test:cost/values#text") (param i32) (call $reset))
  (func (export "cabi_post_test:cost/values#bytes") (param i32) (call $reset))
  (func (export "cabi_post_test:cost/values#points") (param i32) (call $reset))

  (func (export "import-sum") (param $n i32)
    (local $f f64)
    (loop $again
      (local.set $f (call $sum (local.get $n) (i64.const -1) (local.get $f)))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
  (func (export "import-text") (param $p i32) (param $len i32) (param $n i32)
    (loop $again
      (call $text (local.get $p) (local.get $len) (i32.const 16))
      (local.set $p (i32.load (i32.const 16)))
      (local.set $len (i32.load (i32.const 20)))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (call $reset))
  (func (export "import-bytes") (param $p i32) (param $len i32) (param $n i32)
    (loop $again
      (call $bytes (local.get $p) (local.get $len) (i32.const 16))
      (local.set $p (i32.load (i32.const 16)))
      (local.set $len (i32.load (i32.const 20)))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (call $reset))
)
