/*
 * One schedule, fired by replicas side by side. Each step is one script: due (LOOK), schedule-fire (FIRE), schedule-edit (EDIT),
 * and what step does for a schedule when a task ends (LEAVE). Replicas die anywhere; each request may be executed, then again when the
 * network delivers an old copy, at any time. Its tasks must not run beside each other: a planned time is fired, or skipped because one runs.
 *
 * safe: each planned time is dealt with at most once, never by a definition that has been replaced, and no two tasks are there
 * at once. live: all are dealt with. -DWITHOUT_... takes a guard away.
 */
#ifndef REPLICAS
#define REPLICAS 2
#endif
#ifndef TIMES
#define TIMES 3
#endif
#ifndef DUPLICATES
#define DUPLICATES 2
#endif
#define NONE 0

/* in Redis */
byte planned = 1;          /* the next planned time; TIMES + 1 when all are over */
byte version = 0;          /* of the definition */
byte edits = 0;
bool there[TIMES + 1];     /* whether the task of that time is in the running set */
byte running = 0;          /* how many are in it */

chan queued = [TIMES] of { byte };

/* what happened */
byte dealt[TIMES + 2];     /* how often each planned time was fired or skipped */
bool old_fired = false;    /* a definition was fired that had been replaced */
byte alive = 0;            /* tasks that are on the queue or run */
byte deaths = 0;
byte duplicates = 0;

/* old copies in the network */
byte fire_time = NONE, fire_version;
byte edit_seen, edit_next = NONE;
byte leave_id = NONE;

#ifdef WITHOUT_PLANNED_CHECK
#define IS_PLANNED(time) true
#else
#define IS_PLANNED(time) (planned == time)
#endif
#ifdef WITHOUT_VERSION_CHECK
#define IS_VERSION(v) true
#else
#define IS_VERSION(v) (version == v)
#endif
#ifdef WITHOUT_EDIT_CHECK
#define IS_UNCHANGED(seen, next) true
#else
#define IS_UNCHANGED(seen, next) (edits == seen && planned == next)
#endif
#ifdef WITHOUT_ID_IN_LEAVE
#define IS_THERE(id) (running > 0)
#else
#define IS_THERE(id) there[id]
#endif

inline FIRE(time, v) {
  if
  :: IS_PLANNED(time) && IS_VERSION(v) ->
     planned = time + 1;
     dealt[time]++;
     old_fired = old_fired || version != v;
     if
     :: running == 0 -> running++; there[time] = true; alive++; queued ! time
     :: else -> skip
     fi
  :: else -> skip
  fi
}

/* new times take over from where the old ones had got to */
inline EDIT(seen, next) {
  if
  :: IS_UNCHANGED(seen, next) -> edits++; version++; planned = next
  :: else -> skip
  fi
}

inline LEAVE(id) {
  if
  :: IS_THERE(id) -> running--; there[id] = false
  :: else -> skip
  fi
}

active [REPLICAS] proctype Replica() {
  byte time, v;
  do
  :: atomic { planned > TIMES -> break }
  :: atomic { planned <= TIMES -> time = planned; v = version }
     if
     :: atomic { FIRE(time, v) }
     :: atomic { /* the reply is lost, or it dies after sending: the copy may come late */
          duplicates < DUPLICATES && fire_time == NONE -> duplicates++; fire_time = time; fire_version = v }
     :: atomic { duplicates < DUPLICATES && fire_time == NONE ->
          duplicates++; fire_time = time; fire_version = v; FIRE(time, v) }
     :: atomic { deaths < REPLICAS - 1 -> deaths++; break }
     fi
  od;
  time = 0; v = 0
}

active proctype Editor() {
  byte seen, next;
  atomic { seen = edits; next = planned }
  if
  :: atomic { next <= TIMES -> EDIT(seen, next) }
  :: atomic { next <= TIMES -> edit_seen = seen; edit_next = next; EDIT(seen, next) }
  :: atomic { next <= TIMES -> edit_seen = seen; edit_next = next }
  :: atomic { skip }
  fi;
  seen = 0; next = 0
}

/* runs a task; when it dies it runs it again; the settlement may come twice, and the second time late */
active proctype Worker() {
  byte task;
end:
  do
  :: atomic { queued ? task -> assert(alive == 1) }
     atomic { alive--;
       if
       :: running--; there[task] = false
       :: leave_id == NONE -> leave_id = task; running--; there[task] = false
       :: leave_id == NONE -> leave_id = task
       fi;
       task = 0 }
  od
}

active proctype Network() {
end:
  do
  :: atomic { fire_time != NONE -> FIRE(fire_time, fire_version); fire_time = NONE; fire_version = 0 }
  :: atomic { edit_next != NONE -> EDIT(edit_seen, edit_next); edit_next = NONE; edit_seen = 0 }
  :: atomic { leave_id != NONE -> LEAVE(leave_id); leave_id = NONE }
  od
}

ltl safe { [] (dealt[1] <= 1 && dealt[2] <= 1 && dealt[3] <= 1 && !old_fired && alive <= 1) }
ltl live { <> (planned == TIMES + 1 && dealt[1] == 1 && dealt[2] == 1 && dealt[3] == 1) }
