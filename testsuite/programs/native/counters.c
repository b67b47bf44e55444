// The guest's own resources, and what it does with the host's.

#include "native.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNTERS(name) exports_test_native_counters_##name

typedef COUNTERS(own_counter_t) own_counter;
typedef COUNTERS(borrow_counter_t) borrow_counter;
typedef COUNTERS(own_entry_t) own_entry;

struct COUNTERS(counter_t) {
  int64_t value;
};

static uint32_t live;

static own_counter make(int64_t value) {
  COUNTERS(counter_t) *c = malloc(sizeof *c);
  c->value = value;
  live++;
  return COUNTERS(counter_new)(c);
}

void COUNTERS(counter_destructor)(COUNTERS(counter_t) * c) {
  live--;
  free(c);
}

own_counter COUNTERS(constructor_counter)(int64_t start) { return make(start); }

int64_t COUNTERS(method_counter_add)(borrow_counter self, int64_t by) {
  return self->value = (int64_t)((uint64_t)self->value + (uint64_t)by);
}

int64_t COUNTERS(method_counter_value)(borrow_counter self) { return self->value; }

bool COUNTERS(static_counter_parse)(native_string_t *text, own_counter *ret, native_string_t *err) {
  char digits[24] = "", *end = digits;
  if (text->len < sizeof digits)
    memcpy(digits, text->ptr, text->len);
  int64_t value = strtoll(digits, &end, 10);
  bool ok = end > digits && *end == 0;
  if (ok) {
    *ret = make(value);
  } else {
    char message[64];
    snprintf(message, sizeof message, "not a number: %.*s", (int)(text->len < 20 ? text->len : 20), (char *)text->ptr);
    native_string_dup(err, message);
  }
  native_string_free(text);
  return ok;
}

own_counter COUNTERS(static_counter_join)(own_counter a, own_counter b) {
  own_counter sum = make(COUNTERS(counter_rep)(a)->value + COUNTERS(counter_rep)(b)->value);
  COUNTERS(counter_drop_own)(a);
  COUNTERS(counter_drop_own)(b);
  return sum;
}

bool COUNTERS(largest)(COUNTERS(list_borrow_counter_t) * list, uint32_t *ret) {
  bool any = list->len > 0;
  *ret = 0;
  for (uint32_t i = 1; i < list->len; i++)
    if (list->ptr[i]->value > list->ptr[*ret]->value)
      *ret = i;
  COUNTERS(list_borrow_counter_free)(list);
  return any;
}

uint32_t COUNTERS(live)(void) { return live; }

uint32_t COUNTERS(note)(borrow_counter c, COUNTERS(borrow_entry_t) into) {
  char line[24];
  native_string_t text;
  snprintf(line, sizeof line, "%lld", (long long)c->value);
  native_string_set(&text, line);
  uint32_t lines = test_native_journal_method_entry_append(into, &text);
  test_native_journal_entry_drop_borrow(into);
  return lines;
}

own_entry COUNTERS(extend)(own_entry old, native_string_t *title) {
  own_entry fresh = test_native_journal_constructor_entry(title);
  native_string_free(title);
  own_entry merged = test_native_journal_static_entry_merge(fresh, test_native_journal_borrow_entry(old));
  test_native_journal_entry_drop_own(old);
  return merged;
}

static own_entry kept;
static bool keeps;

bool COUNTERS(keep)(own_entry *entry, own_entry *ret) {
  bool had = keeps;
  *ret = kept;
  keeps = entry != NULL;
  if (keeps)
    kept = *entry;
  return had;
}
