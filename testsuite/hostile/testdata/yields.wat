;; Exports an asynchronous function that yields for ever, and one that never
;; gives a result.
(component
  (core module $m
    (func (export "yield") (result i32) (i32.const 1))
    (func (export "exit") (result i32) (i32.const 0))
    (func (export "callback") (param i32 i32 i32) (result i32) (i32.const 1)))
  (core instance $m (instantiate $m))
  (func (export "yields") async (canon lift (core func $m "yield") async (callback (core func $m "callback"))))
  (func (export "forgets") async (canon lift (core func $m "exit") async (callback (core func $m "callback")))))
