/** Timetables that put tasks on queues. */
module dev.weirpool.scheduler {
    requires transitive dev.weirpool.queue;
    requires org.jspecify;
    requires org.quartz;
    requires org.slf4j;
    requires org.snakeyaml.engine;

    exports dev.weirpool.scheduler;
}
