;; Has data that lies beyond its memory.
(component
  (core module $m (memory 1) (data (i32.const 0xffff) "ab") (func (export "run")))
  (core instance $m (instantiate $m))
  (func (export "run") (canon lift (core func $m "run"))))
