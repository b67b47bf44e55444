;; Starts with a table of four billion elements.
(component
  (core module $m (table 0xffffffff funcref) (func (export "run")))
  (core instance $m (instantiate $m))
  (func (export "run") (canon lift (core func $m "run"))))
