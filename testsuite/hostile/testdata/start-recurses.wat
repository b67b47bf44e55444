;; Recurses without end in the start function of a core module.
(component
  (core module $m (func $s (call $s)) (start $s) (func (export "run")))
  (core instance $m (instantiate $m))
  (func (export "run") (canon lift (core func $m "run"))))
