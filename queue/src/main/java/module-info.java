/** What a task and a queue are, and the Redis protocol. */
module dev.weirpool.queue {
    requires transitive org.jspecify;
    requires org.slf4j;
    requires redis.clients.jedis;
    requires com.esotericsoftware.kryo;
    requires org.objenesis;
    requires embedded.redis;

    uses dev.weirpool.queue.TaskTracing;

    exports dev.weirpool.queue;
    exports dev.weirpool.queue.inspect;
    exports dev.weirpool.queue.redis;
    exports dev.weirpool.queue.signing;
    exports dev.weirpool.queue.protocol to
            dev.weirpool.worker,
            dev.weirpool.pool,
            dev.weirpool.scheduler,
            dev.weirpool.dashboard,
            dev.weirpool.metrics,
            dev.weirpool.cli;
    exports dev.weirpool.queue.codec to
            dev.weirpool.worker,
            dev.weirpool.pool,
            dev.weirpool.scheduler,
            dev.weirpool.cli;
}
