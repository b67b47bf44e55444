;; Traps in the start function of the second core instance.
(component
  (core module $n (memory (export "m") 16))
  (core instance $n (instantiate $n))
  (core module $m (func $s (unreachable)) (start $s) (func (export "run")))
  (core instance $m (instantiate $m))
  (func (export "run") (canon lift (core func $m "run"))))
