/** The {@code weirpool} command. */
module dev.weirpool.cli {
    requires static transitive org.jspecify;
    requires dev.weirpool.dashboard;
    requires dev.weirpool.examples;
    requires dev.weirpool.pool;
    requires dev.weirpool.queue;
    requires dev.weirpool.scheduler;
    requires dev.weirpool.worker;
    requires dev.weirpool.metrics;
    requires ch.qos.logback.classic;
    requires ch.qos.logback.core;
    requires com.google.gson;
    requires info.picocli;
    requires jdk.unsupported;
    requires java.management;
    requires org.slf4j;
    requires org.snakeyaml.engine;

    opens dev.weirpool.cli to
            info.picocli;
}
