;; Spins, and touches memory so that code that is freed too early shows.
(component
  (core module $m (memory 1)
    (func (export "run") (loop $l (i32.store (i32.const 8) (i32.add (i32.load (i32.const 8)) (i32.const 1))) (br $l))))
  (core instance $m (instantiate $m))
  (func (export "run") (canon lift (core func $m "run"))))
