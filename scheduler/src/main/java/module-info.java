/** Timetables that put tasks on queues. */
module dev.weirpool.scheduler {
    requires transitive dev.weirpool.queue;
    requires org.jspecify;

    exports dev.weirpool.scheduler;
}
