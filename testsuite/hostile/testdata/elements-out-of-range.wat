;; Has elements that lie beyond a table, which it imports.
(component
  (core module $t (table (export "t") 1 funcref))
  (core instance $t (instantiate $t))
  (core module $m (import "" "t" (table 1 funcref)) (elem (i32.const 1) $f) (func $f (export "run")))
  (core instance $m (instantiate $m (with "" (instance (export "t" (table $t "t"))))))
  (func (export "run") (canon lift (core func $m "run"))))
