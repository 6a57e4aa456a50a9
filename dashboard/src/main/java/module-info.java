/** What goes on in the queues, on a page and as JSON. */
module dev.weirpool.dashboard {
    requires transitive dev.weirpool.queue;
    requires dev.weirpool.scheduler;
    requires com.google.gson;
    requires gg.jte.runtime;
    requires transitive jdk.httpserver;
    requires org.jspecify;
    requires org.slf4j;

    exports dev.weirpool.dashboard;

    // what a template is given is read by its class, which is found by name
    opens dev.weirpool.dashboard to
            com.google.gson,
            gg.jte.runtime;
}
