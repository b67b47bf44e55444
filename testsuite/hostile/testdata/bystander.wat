;; Does no harm: the others must do none to it.
(component
  (core module $m
    (memory 1)
    (func (export "run") (param i32) (result i32)
      (i32.store (i32.const 8) (i32.add (i32.load (i32.const 8)) (local.get 0)))
      (i32.load (i32.const 8))))
  (core instance $m (instantiate $m))
  (func (export "run") (param "n" u32) (result u32) (canon lift (core func $m "run"))))
