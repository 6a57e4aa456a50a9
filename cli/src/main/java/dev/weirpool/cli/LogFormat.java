package dev.weirpool.cli;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.OutputStreamAppender;
import dev.weirpool.worker.WorkerOutput;
import java.util.Map;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/** How the command logs, and what it makes of the lines that workers print. */
enum LogFormat {
    /** A line for people; those of workers go to the same stream as theirs, behind their pid. */
    PLAIN {
        @Override
        void apply() {}

        @Override
        WorkerOutput output() {
            return line -> (line.isError() ? System.err : System.out).println("[" + line.pid() + "] " + line.text());
        }
    },

    /** One JSON object on each line of standard error; the lines of workers are in such objects, too. */
    JSON {
        @Override
        void apply() {
            var root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
            for (var appenders = root.iteratorForAppenders(); appenders.hasNext(); ) {
                if (appenders.next() instanceof OutputStreamAppender<ILoggingEvent> appender) {
                    appender.setEncoder(encoder(root));
                }
            }
        }

        @Override
        WorkerOutput output() {
            return line -> {
                MDC.setContextMap(
                        Map.of("worker", Long.toString(line.pid()), "stream", line.isError() ? "stderr" : "stdout"));
                line.task().ifPresent(task -> MDC.put("task", task));
                OUTPUT.info("{}", line.text());
                MDC.clear();
            };
        }
    };

    private static final org.slf4j.Logger OUTPUT = LoggerFactory.getLogger("dev.weirpool.worker.output");

    private static JsonEncoder encoder(Logger root) {
        var encoder = new JsonEncoder();
        encoder.setContext(root.getLoggerContext());
        encoder.setWithSequenceNumber(false);
        encoder.setWithNanoseconds(false);
        encoder.setWithContext(false);
        encoder.setWithMessage(false);
        encoder.setWithArguments(false);
        encoder.setWithFormattedMessage(true);
        encoder.start();
        return encoder;
    }

    /** Has this process log so. */
    abstract void apply();

    /** Where the lines go that workers print. */
    abstract WorkerOutput output();
}
