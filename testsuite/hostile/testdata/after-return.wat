;; Each export returns 1, and its post-return does harm.
(component
  (import "ask" (func $ask))
  (core func $ask (canon lower (func $ask)))
  (core module $m
    (import "" "ask" (func $ask))
    (func (export "one") (result i32) (i32.const 1))
    (func (export "traps") (param i32) (unreachable))
    (func (export "spins") (param i32) (loop $l (br $l)))
    (func $deep (export "recurses") (param i32) (call $deep (local.get 0)) (call $deep (local.get 0)))
    (func (export "calls-out") (param i32) (call $ask)))
  (core instance $m (instantiate $m (with "" (instance (export "ask" (func $ask))))))
  (func (export "traps") (result u32) (canon lift (core func $m "one") (post-return (core func $m "traps"))))
  (func (export "spins") (result u32) (canon lift (core func $m "one") (post-return (core func $m "spins"))))
  (func (export "recurses") (result u32) (canon lift (core func $m "one") (post-return (core func $m "recurses"))))
  (func (export "calls-out") (result u32) (canon lift (core func $m "one") (post-return (core func $m "calls-out")))))
