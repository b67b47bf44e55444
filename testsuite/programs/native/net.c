// Sockets: a TCP client and server, UDP both ways, names.

#include "native.h"
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#define NET(name) exports_test_native_net_##name
#define TCP(name) wasi_sockets_tcp_method_tcp_socket_##name
#define UDP(name) wasi_sockets_udp_method_udp_socket_##name
#define LOOKUP(name) wasi_sockets_ip_name_lookup_##name
#define STREAM(name) wasi_io_streams_##name

typedef wasi_sockets_network_error_code_t error_code;
typedef wasi_sockets_network_ip_address_t ip_address;
typedef wasi_sockets_network_ip_socket_address_t socket_address;
typedef wasi_io_poll_own_pollable_t own_pollable;
typedef wasi_sockets_tcp_own_tcp_socket_t tcp_socket;
typedef wasi_sockets_udp_own_udp_socket_t udp_socket;
typedef STREAM(own_input_stream_t) input_stream;
typedef STREAM(own_output_stream_t) output_stream;

enum { WOULD_BLOCK = WASI_SOCKETS_NETWORK_ERROR_CODE_WOULD_BLOCK };

// fail says which step failed, with the number of the error code.
static bool fail(native_string_t *err, const char *step, int code) {
  char text[64];
  snprintf(text, sizeof text, "%s: error %d", step, code);
  native_string_dup(err, text);
  return false;
}

static void wait_for(own_pollable p) {
  wasi_io_poll_method_pollable_block(wasi_io_poll_borrow_pollable(p));
  wasi_io_poll_pollable_drop_own(p);
}

static wasi_sockets_network_borrow_network_t network(void) {
  static wasi_sockets_network_own_network_t n;
  static bool have;
  if (!have)
    n = wasi_sockets_instance_network_instance_network();
  have = true;
  return wasi_sockets_network_borrow_network(n);
}

// each_address calls visit with each address of a name until one stops it.
static bool each_address(native_string_t *name, bool visit(ip_address, void *), void *arg, native_string_t *err) {
  LOOKUP(own_resolve_address_stream_t) stream;
  error_code code;
  if (!LOOKUP(resolve_addresses)(network(), name, &stream, &code))
    return fail(err, "resolve-addresses", code);
  LOOKUP(borrow_resolve_address_stream_t) self = LOOKUP(borrow_resolve_address_stream)(stream);
  bool ok = true;
  for (;;) {
    LOOKUP(option_ip_address_t) next;
    if (LOOKUP(method_resolve_address_stream_resolve_next_address)(self, &next, &code)) {
      if (!next.is_some || !visit(next.val, arg))
        break;
    } else if (code == WOULD_BLOCK) {
      wait_for(LOOKUP(method_resolve_address_stream_subscribe)(self));
    } else {
      ok = fail(err, "resolve-next-address", code);
      break;
    }
  }
  LOOKUP(resolve_address_stream_drop_own)(stream);
  return ok;
}

static bool add_text(ip_address a, void *to) {
  native_list_string_t *list = to;
  char text[64];
  wasi_sockets_network_ipv4_address_t v4 = a.val.ipv4;
  wasi_sockets_network_ipv6_address_t v6 = a.val.ipv6;
  if (a.tag == WASI_SOCKETS_NETWORK_IP_ADDRESS_IPV4)
    snprintf(text, sizeof text, "%d.%d.%d.%d", v4.f0, v4.f1, v4.f2, v4.f3);
  else
    snprintf(text, sizeof text, "%x:%x:%x:%x:%x:%x:%x:%x", v6.f0, v6.f1, v6.f2, v6.f3, v6.f4, v6.f5, v6.f6, v6.f7);
  list->ptr = realloc(list->ptr, (list->len + 1) * sizeof *list->ptr);
  native_string_dup(&list->ptr[list->len++], text);
  return true;
}

bool NET(resolve)(native_string_t *name, native_list_string_t *ret, native_string_t *err) {
  *ret = (native_list_string_t){0};
  bool ok = each_address(name, add_text, ret, err);
  native_string_free(name);
  return ok;
}

struct target {
  bool found;
  ip_address address;
};

static bool take_ipv4(ip_address a, void *to) {
  struct target *t = to;
  if (a.tag != WASI_SOCKETS_NETWORK_IP_ADDRESS_IPV4)
    return true;
  *t = (struct target){true, a};
  return false;
}

static socket_address ipv4(ip_address a, uint16_t port) {
  socket_address s = {.tag = WASI_SOCKETS_NETWORK_IP_SOCKET_ADDRESS_IPV4};
  s.val.ipv4.port = port;
  s.val.ipv4.address = a.val.ipv4;
  return s;
}

static socket_address loopback(void) {
  ip_address a = {.tag = WASI_SOCKETS_NETWORK_IP_ADDRESS_IPV4, .val.ipv4 = {127, 0, 0, 1}};
  return ipv4(a, 0);
}

// find returns the first IPv4 address of a name, which it frees, with a port.
static bool find(native_string_t *name, uint16_t port, socket_address *address, native_string_t *err) {
  struct target t = {0};
  bool ok = each_address(name, take_ipv4, &t, err);
  native_string_free(name);
  if (ok && !t.found)
    return fail(err, "no IPv4 address", 0);
  *address = ipv4(t.address, port);
  return ok;
}

// send_all writes as the stream permits, waiting where it doesn't.
static bool send_all(output_stream to, native_list_u8_t *data, native_string_t *err) {
  STREAM(borrow_output_stream_t) self = STREAM(borrow_output_stream)(to);
  STREAM(stream_error_t) e;
  for (size_t at = 0; at < data->len;) {
    uint64_t permit;
    if (!STREAM(method_output_stream_check_write)(self, &permit, &e))
      return fail(err, "check-write", e.tag);
    if (permit == 0) {
      wait_for(STREAM(method_output_stream_subscribe)(self));
      continue;
    }
    size_t n = data->len - at < permit ? data->len - at : permit;
    native_list_u8_t part = {data->ptr + at, n};
    if (!STREAM(method_output_stream_write)(self, &part, &e))
      return fail(err, "write", e.tag);
    at += n;
  }
  if (!STREAM(method_output_stream_blocking_flush)(self, &e))
    return fail(err, "flush", e.tag);
  return true;
}

// receive_all reads to the end of the stream.
static bool receive_all(input_stream from, native_list_u8_t *ret, native_string_t *err) {
  *ret = (native_list_u8_t){0};
  for (;;) {
    native_list_u8_t part;
    STREAM(stream_error_t) e;
    if (!STREAM(method_input_stream_blocking_read)(STREAM(borrow_input_stream)(from), 1 << 16, &part, &e)) {
      if (e.tag == WASI_IO_STREAMS_STREAM_ERROR_CLOSED)
        return true;
      return fail(err, "read", e.tag);
    }
    ret->ptr = realloc(ret->ptr, ret->len + part.len);
    memcpy(ret->ptr + ret->len, part.ptr, part.len);
    ret->len += part.len;
    native_list_u8_free(&part);
  }
}

bool NET(tcp_exchange)(native_string_t *name, uint16_t port, native_list_u8_t *data, native_list_u8_t *ret, native_string_t *err) {
  socket_address to;
  tcp_socket socket;
  error_code code;
  if (!find(name, port, &to, err))
    return false;
  if (!wasi_sockets_tcp_create_socket_create_tcp_socket(WASI_SOCKETS_NETWORK_IP_ADDRESS_FAMILY_IPV4, &socket, &code))
    return fail(err, "create-tcp-socket", code);
  wasi_sockets_tcp_borrow_tcp_socket_t self = wasi_sockets_tcp_borrow_tcp_socket(socket);
  bool ok = TCP(start_connect)(self, network(), &to, &code) || fail(err, "start-connect", code);
  wasi_sockets_tcp_tuple2_own_input_stream_own_output_stream_t streams;
  while (ok && !TCP(finish_connect)(self, &streams, &code)) {
    if (code == WOULD_BLOCK)
      wait_for(TCP(subscribe)(self));
    else
      ok = fail(err, "finish-connect", code);
  }
  if (ok) {
    ok = send_all(streams.f1, data, err);
    if (ok && !TCP(shutdown)(self, WASI_SOCKETS_TCP_SHUTDOWN_TYPE_SEND, &code))
      ok = fail(err, "shutdown", code);
    ok = ok && receive_all(streams.f0, ret, err);
    STREAM(input_stream_drop_own)(streams.f0);
    STREAM(output_stream_drop_own)(streams.f1);
  }
  wasi_sockets_tcp_tcp_socket_drop_own(socket);
  native_list_u8_free(data);
  return ok;
}

struct NET(server_t) {
  tcp_socket socket;
};

bool NET(static_server_listen)(NET(own_server_t) * ret, native_string_t *err) {
  tcp_socket socket;
  error_code code;
  socket_address at = loopback();
  if (!wasi_sockets_tcp_create_socket_create_tcp_socket(WASI_SOCKETS_NETWORK_IP_ADDRESS_FAMILY_IPV4, &socket, &code))
    return fail(err, "create-tcp-socket", code);
  wasi_sockets_tcp_borrow_tcp_socket_t self = wasi_sockets_tcp_borrow_tcp_socket(socket);
  bool ok = TCP(start_bind)(self, network(), &at, &code) || fail(err, "start-bind", code);
  while (ok && !TCP(finish_bind)(self, &code))
    code == WOULD_BLOCK ? wait_for(TCP(subscribe)(self)) : (void)(ok = fail(err, "finish-bind", code));
  ok = ok && (TCP(start_listen)(self, &code) || fail(err, "start-listen", code));
  while (ok && !TCP(finish_listen)(self, &code))
    code == WOULD_BLOCK ? wait_for(TCP(subscribe)(self)) : (void)(ok = fail(err, "finish-listen", code));
  if (!ok) {
    wasi_sockets_tcp_tcp_socket_drop_own(socket);
    return false;
  }
  NET(server_t) *s = malloc(sizeof *s);
  s->socket = socket;
  *ret = NET(server_new)(s);
  return true;
}

void NET(server_destructor)(NET(server_t) * s) {
  wasi_sockets_tcp_tcp_socket_drop_own(s->socket);
  free(s);
}

uint16_t NET(method_server_port)(NET(borrow_server_t) self) {
  socket_address a;
  error_code code;
  return TCP(local_address)(wasi_sockets_tcp_borrow_tcp_socket(self->socket), &a, &code) ? a.val.ipv4.port : 0;
}

bool NET(method_server_echo)(NET(borrow_server_t) server, uint64_t *ret, native_string_t *err) {
  wasi_sockets_tcp_borrow_tcp_socket_t self = wasi_sockets_tcp_borrow_tcp_socket(server->socket);
  wasi_sockets_tcp_tuple3_own_tcp_socket_own_input_stream_own_output_stream_t c;
  error_code code;
  while (!TCP(accept)(self, &c, &code)) {
    if (code != WOULD_BLOCK)
      return fail(err, "accept", code);
    wait_for(TCP(subscribe)(self));
  }
  STREAM(borrow_output_stream_t) to = STREAM(borrow_output_stream)(c.f2);
  STREAM(borrow_input_stream_t) from = STREAM(borrow_input_stream)(c.f1);
  STREAM(stream_error_t) e;
  uint64_t moved;
  bool ok = true;
  for (*ret = 0; STREAM(method_output_stream_blocking_splice)(to, from, 1 << 16, &moved, &e); *ret += moved)
    ;
  if (e.tag != WASI_IO_STREAMS_STREAM_ERROR_CLOSED)
    ok = fail(err, "splice", e.tag);
  if (ok && !STREAM(method_output_stream_blocking_flush)(to, &e))
    ok = fail(err, "flush", e.tag);
  STREAM(input_stream_drop_own)(c.f1);
  STREAM(output_stream_drop_own)(c.f2);
  wasi_sockets_tcp_tcp_socket_drop_own(c.f0);
  return ok;
}

typedef wasi_sockets_udp_tuple2_own_incoming_datagram_stream_own_outgoing_datagram_stream_t datagrams;

// open_udp returns a bound socket and its streams, which have a peer or not.
static bool open_udp(socket_address at, socket_address *peer, udp_socket *socket, datagrams *streams, native_string_t *err) {
  error_code code;
  if (!wasi_sockets_udp_create_socket_create_udp_socket(WASI_SOCKETS_NETWORK_IP_ADDRESS_FAMILY_IPV4, socket, &code))
    return fail(err, "create-udp-socket", code);
  wasi_sockets_udp_borrow_udp_socket_t self = wasi_sockets_udp_borrow_udp_socket(*socket);
  bool ok = UDP(start_bind)(self, network(), &at, &code) || fail(err, "start-bind", code);
  while (ok && !UDP(finish_bind)(self, &code))
    code == WOULD_BLOCK ? wait_for(UDP(subscribe)(self)) : (void)(ok = fail(err, "finish-bind", code));
  ok = ok && (UDP(stream)(self, peer, streams, &code) || fail(err, "stream", code));
  if (!ok)
    wasi_sockets_udp_udp_socket_drop_own(*socket);
  return ok;
}

static void close_udp(udp_socket socket, datagrams streams) {
  wasi_sockets_udp_incoming_datagram_stream_drop_own(streams.f0);
  wasi_sockets_udp_outgoing_datagram_stream_drop_own(streams.f1);
  wasi_sockets_udp_udp_socket_drop_own(socket);
}

static bool send_one(datagrams streams, native_list_u8_t data, socket_address *to, native_string_t *err) {
  wasi_sockets_udp_borrow_outgoing_datagram_stream_t self = wasi_sockets_udp_borrow_outgoing_datagram_stream(streams.f1);
  wasi_sockets_udp_outgoing_datagram_t datagram = {.data = data};
  if (to != NULL) {
    datagram.remote_address.is_some = true;
    datagram.remote_address.val = *to;
  }
  wasi_sockets_udp_list_outgoing_datagram_t list = {&datagram, 1};
  error_code code;
  uint64_t n = 0;
  while (n == 0) {
    if (!wasi_sockets_udp_method_outgoing_datagram_stream_check_send(self, &n, &code))
      return fail(err, "check-send", code);
    if (n == 0)
      wait_for(wasi_sockets_udp_method_outgoing_datagram_stream_subscribe(self));
  }
  if (!wasi_sockets_udp_method_outgoing_datagram_stream_send(self, &list, &n, &code))
    return fail(err, "send", code);
  return n == 1 || fail(err, "nothing was sent", 0);
}

static bool receive_some(datagrams streams, wasi_sockets_udp_list_incoming_datagram_t *list, native_string_t *err) {
  wasi_sockets_udp_borrow_incoming_datagram_stream_t self = wasi_sockets_udp_borrow_incoming_datagram_stream(streams.f0);
  error_code code;
  for (;;) {
    if (!wasi_sockets_udp_method_incoming_datagram_stream_receive(self, 1, list, &code))
      return fail(err, "receive", code);
    if (list->len > 0)
      return true;
    wait_for(wasi_sockets_udp_method_incoming_datagram_stream_subscribe(self));
  }
}

bool NET(udp_exchange)(native_string_t *name, uint16_t port, native_list_u8_t *data, native_list_u8_t *ret, native_string_t *err) {
  socket_address peer, any = {.tag = WASI_SOCKETS_NETWORK_IP_SOCKET_ADDRESS_IPV4};
  udp_socket socket;
  datagrams streams;
  if (!find(name, port, &peer, err) || !open_udp(any, &peer, &socket, &streams, err))
    return false;
  wasi_sockets_udp_list_incoming_datagram_t list;
  bool ok = send_one(streams, *data, NULL, err) && receive_some(streams, &list, err);
  if (ok)
    *ret = list.ptr[0].data;
  close_udp(socket, streams);
  native_list_u8_free(data);
  return ok;
}

struct NET(mirror_t) {
  udp_socket socket;
  datagrams streams;
};

bool NET(static_mirror_bind)(NET(own_mirror_t) * ret, native_string_t *err) {
  NET(mirror_t) *m = malloc(sizeof *m);
  if (!open_udp(loopback(), NULL, &m->socket, &m->streams, err)) {
    free(m);
    return false;
  }
  *ret = NET(mirror_new)(m);
  return true;
}

void NET(mirror_destructor)(NET(mirror_t) * m) {
  close_udp(m->socket, m->streams);
  free(m);
}

uint16_t NET(method_mirror_port)(NET(borrow_mirror_t) self) {
  socket_address a;
  error_code code;
  return UDP(local_address)(wasi_sockets_udp_borrow_udp_socket(self->socket), &a, &code) ? a.val.ipv4.port : 0;
}

bool NET(method_mirror_reflect)(NET(borrow_mirror_t) self, uint32_t *ret, native_string_t *err) {
  for (*ret = 0;; ++*ret) {
    wasi_sockets_udp_list_incoming_datagram_t list;
    if (!receive_some(self->streams, &list, err))
      return false;
    wasi_sockets_udp_incoming_datagram_t d = list.ptr[0];
    bool last = d.data.len == 0;
    bool ok = send_one(self->streams, d.data, &d.remote_address, err);
    wasi_sockets_udp_list_incoming_datagram_free(&list);
    if (last || !ok)
      return ok;
  }
}
