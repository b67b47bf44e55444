;; Spins in the start function of a core module.
(component
  (core module $m (func $s (loop $l (br $l))) (start $s) (func (export "run")))
  (core instance $m (instantiate $m))
  (func (export "run") (canon lift (core func $m "run"))))
