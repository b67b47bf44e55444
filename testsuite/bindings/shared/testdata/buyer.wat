;; Adds the item to the cart twice, drops the cart, and returns the last
;; outcome's number.
(module
  (import "test:shop/catalog@0.1.0" "[method]cart.add" (func $add (param i32 i32 f64 i32 f64 i32)))
  (import "test:shop/catalog@0.1.0" "[resource-drop]cart" (func $drop (param i32)))
  (memory (export "memory") 1)
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) unreachable)
  (func (export "fill") (param i32 i32 f64 i32 f64) (result i32)
    (call $add (local.get 0) (local.get 1) (local.get 2) (local.get 3) (local.get 4) (i32.const 64))
    (call $add (local.get 0) (local.get 1) (local.get 2) (local.get 3) (local.get 4) (i32.const 64))
    (call $drop (local.get 0))
    (i32.load8_u (i32.const 64)))
)
