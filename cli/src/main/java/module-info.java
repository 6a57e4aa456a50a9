/** The {@code weirpool} command. */
module dev.weirpool.cli {
    requires static transitive org.jspecify;
    requires dev.weirpool.examples;
    requires dev.weirpool.pool;
    requires dev.weirpool.queue;
    requires dev.weirpool.scheduler;
    requires dev.weirpool.worker;
    requires ch.qos.logback.classic;
    requires info.picocli;
    requires jdk.unsupported;
    requires java.management;
    requires org.slf4j;

    opens dev.weirpool.cli to
            info.picocli;
}
