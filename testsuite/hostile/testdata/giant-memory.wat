;; Starts with 4 GiB of memory.
(component
  (core module $m (memory 65536) (func (export "run")))
  (core instance $m (instantiate $m))
  (func (export "run") (canon lift (core func $m "run"))))
