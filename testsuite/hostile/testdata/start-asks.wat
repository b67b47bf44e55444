;; Calls the host without end from a start function.
(component
  (import "ask" (func $ask))
  (core func $ask (canon lower (func $ask)))
  (core module $m (import "" "ask" (func $ask)) (func $s (loop $l (call $ask) (br $l))) (start $s) (func (export "run")))
  (core instance $m (instantiate $m (with "" (instance (export "ask" (func $ask))))))
  (func (export "run") (canon lift (core func $m "run"))))
