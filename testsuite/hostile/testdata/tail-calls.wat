;; Calls itself for ever without growing a stack.
(component
  (core module $m (func $f (export "run") (return_call $f)))
  (core instance $m (instantiate $m))
  (func (export "run") (canon lift (core func $m "run"))))
