/* The protocol of the queue: push, step, recover and tick, each of which Redis does as one atomic step.
 *
 * A producer pushes NT tasks. Workers claim up to two tasks each, the second while the first runs, and settle them in
 * order; a task may fail and be tried again. Any request may be lost, its reply may be lost, and it is then sent again;
 * a copy may arrive as late as it likes. A worker may die at any point, or be taken for dead while it lives. What dies
 * is replaced under a new name, as long as there are any.
 *
 * Not here: priorities, leases as times (a lease may simply run out), several settlements in one step, release, cancel
 * marks, dead letters, the bell, and a Redis that loses what it had accepted.
 *
 * WITHOUT_... takes one guard out of the scripts; each of them has to be missed. */

#ifndef NT
#define NT 2                     /* tasks, of sequence 1 to NT, of one producer */
#endif
#define NW 3                     /* names for workers; two live at the start */
#ifndef DUPLICATES
#define DUPLICATES 2             /* requests that are sent again: the reply was lost, or the first copy comes late */
#endif
#ifndef DEATHS
#define DEATHS 1                 /* workers that die */
#endif
#ifndef FALSE_ALARMS
#define FALSE_ALARMS 1           /* workers that live and are taken for dead */
#endif
#ifndef FAILURES
#define FAILURES 1               /* attempts that fail */
#endif

#define OK 1                     /* replies of step */
#define FENCED 2
#define RESYNC 3

#define COMPLETE 1               /* kinds of settlement */
#define RETRY 2

/* What Redis holds. A task in a list is its sequence and the number of attempts that have failed. */
chan ready = [NT] of { byte, byte };
chan inflight0 = [NT] of { byte, byte };
chan inflight1 = [NT] of { byte, byte };
chan inflight2 = [NT] of { byte, byte };
chan inflight[NW];
bool delayed[NT + 1];
byte delayedFailures[NT + 1];
byte last = 0;                   /* sequence accepted of the producer */
bool registered[NW];
byte completed[NT + 1];

/* What goes on around it. */
bool alive[NW];
byte nextName = 2;
byte deaths = 0, falseAlarms = 0, failures = 0, duplicates = 0;
bool latePush = false;
byte latePushSequence;
bool lateStep[NW];
byte lateId[NW], lateFailures[NW], lateKind[NW], lateWant[NW], lateHeld[NW];

/* push.lua, with one task behind those that the producer knows to be stored */
inline PUSH(previous, sequence) {
  if
  :: previous > last -> assert(false)               /* a gap: but here Redis loses nothing */
#ifdef WITHOUT_SEQUENCE_CHECK
  :: previous <= last -> last = sequence; ready!sequence,0
#else
  :: previous <= last && sequence <= last -> skip   /* stored already */
  :: previous <= last && sequence > last -> last = sequence; ready!sequence,0
#endif
  fi
}

/* step.lua, with one settlement at most and one task claimed at most; got is 0 if there was none */
inline STEP(w, id, failed, kind, want, held, reply, got, gotFailures, x, y) {
  got = 0; gotFailures = 0;
  if
#ifndef WITHOUT_REGISTRATION_CHECK
  :: !registered[w] -> reply = FENCED
  :: registered[w] ->
#else
  :: true ->
#endif
     reply = OK;
     if
#ifndef WITHOUT_HELD_CHECK
     :: id == 0 && len(inflight[w]) != held -> reply = RESYNC
     :: id == 0 && len(inflight[w]) == held -> skip
#else
     :: id == 0 -> skip
#endif
     :: id != 0 && len(inflight[w]) == 0 -> reply = RESYNC
     :: id != 0 && len(inflight[w]) > 0 ->
        inflight[w]?<x,y>;
        if
#if defined(WITHOUT_HEAD_CHECK)
        :: true ->
#elif defined(WITHOUT_ATTEMPT_BYTE)
        :: x != id -> reply = RESYNC
        :: x == id ->
#else
        :: x != id || y != failed -> reply = RESYNC
        :: x == id && y == failed ->
#endif
           assert(x == id && y == failed);          /* a settlement acts on the very attempt it was made for */
           inflight[w]?x,y;
           if
           :: kind == COMPLETE -> completed[id]++; assert(completed[id] <= 1)
           :: kind == RETRY -> assert(!delayed[id]); delayed[id] = true; delayedFailures[id] = failed + 1
           fi
        fi
     fi;
     if
     :: reply == OK && want > 0 && len(ready) > 0 -> ready?got,gotFailures; inflight[w]!got,gotFailures
     :: else -> skip
     fi
  fi;
  x = 0; y = 0
}

/* recover.lua: the head is charged with the death, and waits if it was charged before; all else returns to the front */
inline RECOVER(w, x, y, older) {
  registered[w] = false;
  older = len(ready);
  if
  :: len(inflight[w]) > 0 ->
     inflight[w]?x,y;
     if
     :: y > 0 -> assert(!delayed[x]); delayed[x] = true; delayedFailures[x] = y + 1
     :: else -> ready!x,y + 1
     fi
  :: else -> skip
  fi;
  do
  :: len(inflight[w]) > 0 -> inflight[w]?x,y; ready!x,y
  :: else -> break
  od;
  do                                                /* those that were there before get behind */
  :: older > 0 && len(ready) > 1 -> ready?x,y; ready!x,y; older--
  :: else -> break
  od;
  x = 0; y = 0; older = 0
}

proctype Producer() {
  byte s = 1;
  do
  :: s > NT -> break
  :: s <= NT ->
     if
     :: atomic { PUSH(s - 1, s); s++ }
     :: atomic { duplicates < DUPLICATES -> duplicates++; PUSH(s - 1, s) }     /* the reply is lost */
     :: atomic { duplicates < DUPLICATES && !latePush -> duplicates++; latePush = true; latePushSequence = s }
     fi
  od
}

/* Delivers late copies whenever it likes. */
#define DELIVER(w) atomic { lateStep[w] -> \
     STEP(w, lateId[w], lateFailures[w], lateKind[w], lateWant[w], lateHeld[w], reply, got, gotFailures, x, y); \
     lateStep[w] = false; reply = 0; got = 0; gotFailures = 0; \
     lateId[w] = 0; lateFailures[w] = 0; lateKind[w] = 0; lateWant[w] = 0; lateHeld[w] = 0 }

proctype Net() {
  byte reply, got, gotFailures, x, y;
end:
  do
  :: atomic { latePush -> PUSH(latePushSequence - 1, latePushSequence); latePush = false; latePushSequence = 0 }
  :: DELIVER(0)
  :: DELIVER(1)
  :: DELIVER(2)
  od
}

/* Runs first while second waits for it; a step settles what has run, and claims. */
proctype Worker(byte w) {
  byte first = 0, firstFailures = 0, second = 0, secondFailures = 0;
  byte id, failed, kind, want, held, reply, got, gotFailures, x, y;
end:
  do
  :: atomic { deaths < DEATHS -> deaths++; goto dead }
  :: atomic { (first != 0 || len(ready) > 0 || len(inflight[w]) != 0 || !registered[w]) ->
       kind = 0;
       if
       :: first != 0 -> id = first; failed = firstFailures; kind = COMPLETE
       :: first != 0 && failures < FAILURES -> failures++; id = first; failed = firstFailures; kind = RETRY
       :: first != 0 && second == 0 && len(ready) > 0 -> skip                 /* claims ahead */
       :: first == 0 -> skip
       fi;
       held = (first != 0) + (second != 0) - (id != 0);
       want = (held < 2) }
     do                                             /* sends the step until it is answered */
     :: atomic { STEP(w, id, failed, kind, want, held, reply, got, gotFailures, x, y); break }
     :: atomic { duplicates < DUPLICATES -> duplicates++;                      /* the reply is lost */
          STEP(w, id, failed, kind, want, held, reply, got, gotFailures, x, y); reply = 0; got = 0; gotFailures = 0 }
     :: atomic { duplicates < DUPLICATES && !lateStep[w] -> duplicates++;      /* the first copy comes late */
          lateStep[w] = true;
          lateId[w] = id; lateFailures[w] = failed; lateKind[w] = kind; lateWant[w] = want; lateHeld[w] = held }
     :: atomic { deaths < DEATHS -> deaths++; goto dead }
     od;
     atomic {
       if
       :: reply == FENCED -> goto dead
       :: reply == OK ->
          if
          :: id != 0 -> first = second; firstFailures = secondFailures; second = 0; secondFailures = 0
          :: else -> skip
          fi;
          if
          :: got != 0 && first == 0 -> first = got; firstFailures = gotFailures
          :: got != 0 && first != 0 -> second = got; secondFailures = gotFailures
          :: else -> skip
          fi
       :: reply == RESYNC ->                        /* what Redis says it holds is what it holds; looked at in one round */
          first = 0; firstFailures = 0; second = 0; secondFailures = 0;
          if
          :: len(inflight[w]) > 0 ->
             inflight[w]?first,firstFailures; inflight[w]!first,firstFailures;
             if
             :: len(inflight[w]) > 1 -> inflight[w]?second,secondFailures; inflight[w]!second,secondFailures
             :: else -> skip
             fi
          :: else -> skip
          fi;
          assert(len(inflight[w]) <= 2)
       fi;
       reply = 0; got = 0; gotFailures = 0; id = 0; failed = 0; kind = 0; want = 0; held = 0
     }
  od;
dead:
  atomic {
    alive[w] = false;
    first = 0; firstFailures = 0; second = 0; secondFailures = 0;
    id = 0; failed = 0; kind = 0; want = 0; held = 0; reply = 0; got = 0; gotFailures = 0;
    if
    :: nextName < NW -> registered[nextName] = true; alive[nextName] = true; run Worker(nextName); nextName++
    :: else -> skip
    fi
  }
}

/* Recovers the dead, and once one who is not; promotes what is delayed, sooner or later. */
proctype Recoverer() {
  byte x, y, older;
end:
  do
  :: atomic { registered[0] && !alive[0] -> RECOVER(0, x, y, older) }
  :: atomic { registered[1] && !alive[1] -> RECOVER(1, x, y, older) }
  :: atomic { registered[2] && !alive[2] -> RECOVER(2, x, y, older) }
  :: atomic { registered[0] && alive[0] && falseAlarms < FALSE_ALARMS -> falseAlarms++; RECOVER(0, x, y, older) }
  :: atomic { delayed[1] -> delayed[1] = false; ready!1,delayedFailures[1]; delayedFailures[1] = 0 }
  :: atomic { delayed[NT] -> delayed[NT] = false; ready!NT,delayedFailures[NT]; delayedFailures[NT] = 0 }
  od
}

/* Every task accepted is in one place or completed, and who holds tasks is registered. */
#define WAITING (len(ready) + len(inflight0) + len(inflight1) + len(inflight2) + delayed[1] + delayed[2])
#define CONSERVED (WAITING + completed[1] + completed[2] == last)
#define OWNED ((len(inflight0) == 0 || registered[0]) && (len(inflight1) == 0 || registered[1]) && \
    (len(inflight2) == 0 || registered[2]))
ltl safe { [] (CONSERVED && OWNED) }

/* Every task is completed in the end. */
ltl live { <> [] (completed[1] == 1 && completed[NT] == 1) }

init {
  atomic {
    inflight[0] = inflight0; inflight[1] = inflight1; inflight[2] = inflight2;
    registered[0] = true; registered[1] = true; alive[0] = true; alive[1] = true;
    run Producer(); run Net(); run Recoverer(); run Worker(0); run Worker(1)
  }
}
