;; Components for tests of the host's side of resources.

;; exports a resource; the host has handles of it
(component definition $Exports
  (core module $Dtor
    (global $destroyed (export "destroyed") (mut i32) (i32.const 0))
    (func (export "dtor") (param i32)
      (if (i32.eq (local.get 0) (i32.const 13)) (then unreachable))
      (global.set $destroyed (i32.add (global.get $destroyed) (local.get 0)))))
  (core instance $dtor (instantiate $Dtor))
  (type $R' (resource (rep i32) (dtor (core func $dtor "dtor"))))
  (export $R "r" (type $R'))
  (canon resource.new $R' (core func $new))
  (canon resource.drop $R' (core func $drop))
  (core module $M
    (import "" "new" (func $new (param i32) (result i32)))
    (import "" "drop" (func $drop (param i32)))
    (import "" "destroyed" (global $destroyed (mut i32)))
    (func (export "make") (param i32) (result i32) (call $new (local.get 0)))
    (func (export "take") (param i32) (call $drop (local.get 0)))
    (func (export "rep") (param i32) (result i32) (local.get 0))
    (func (export "destroyed") (result i32) (global.get $destroyed)))
  (core instance $m (instantiate $M (with "" (instance
    (export "new" (func $new))
    (export "drop" (func $drop))
    (export "destroyed" (global $dtor "destroyed"))))))
  (func (export "make") (param "rep" u32) (result (own $R)) (canon lift (core func $m "make")))
  (func (export "take") (param "r" (own $R)) (canon lift (core func $m "take")))
  (func (export "rep") (param "r" (borrow $R)) (result u32) (canon lift (core func $m "rep")))
  (func (export "destroyed") (result u32) (canon lift (core func $m "destroyed"))))

;; imports a resource that the host defines
(component definition $Imports
  (import "test:pkg/files@1.0.0" (instance $files
    (export "file" (type $file (sub resource)))
    (export "open" (func (param "n" u32) (result (own $file))))
    (export "size" (func (param "f" (borrow $file)) (result u32)))))
  (alias export $files "file" (type $file))
  (canon lower (func $files "open") (core func $open))
  (canon lower (func $files "size") (core func $size))
  (canon resource.drop $file (core func $drop))
  (core module $M
    (import "" "open" (func $open (param i32) (result i32)))
    (import "" "size" (func $size (param i32) (result i32)))
    (import "" "drop" (func $drop (param i32)))
    (func (export "open") (param i32) (result i32) (call $open (local.get 0)))
    (func (export "size") (param i32) (result i32) (call $size (local.get 0)))
    (func (export "drop") (param i32) (call $drop (local.get 0))))
  (core instance $m (instantiate $M (with "" (instance
    (export "open" (func $open))
    (export "size" (func $size))
    (export "drop" (func $drop))))))
  (func (export "open") (param "n" u32) (result u32) (canon lift (core func $m "open")))
  (func (export "size") (param "index" u32) (result u32) (canon lift (core func $m "size")))
  (func (export "drop") (param "index" u32) (canon lift (core func $m "drop"))))
