;; Calls an import that nobody serves.
(component
  (import "nobody" (func $f))
  (core func $f (canon lower (func $f)))
  (core module $m (import "" "f" (func $f)) (func (export "run") (call $f)))
  (core instance $m (instantiate $m (with "" (instance (export "f" (func $f))))))
  (func (export "run") (canon lift (core func $m "run"))))
