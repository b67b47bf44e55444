;; Makes references to a function, for ever.
(component
  (core module $m
    (func $f (export "f"))
    (func (export "run") (loop $l (drop (ref.func $f)) (br $l))))
  (core instance $m (instantiate $m))
  (func (export "run") (canon lift (core func $m "run"))))
