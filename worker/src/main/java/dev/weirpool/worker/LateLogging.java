package dev.weirpool.worker;

import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;
import org.slf4j.ILoggerFactory;
import org.slf4j.IMarkerFactory;
import org.slf4j.LoggerFactory;
import org.slf4j.helpers.NOP_FallbackServiceProvider;
import org.slf4j.spi.MDCAdapter;
import org.slf4j.spi.SLF4JServiceProvider;

/**
 * Has the logging backend of a worker begin when something is logged for the first time, and not with the first task: that takes a
 * backend some 0.2 s. SLF4J is told to ask this class, which then hands it the backend that it would have found by itself.
 *
 * <p>It is public for SLF4J, and for nobody else.
 */
public final class LateLogging implements SLF4JServiceProvider {

    private static final String BACKEND = "META-INF/services/org.slf4j.spi.SLF4JServiceProvider";

    private static volatile boolean isAwaited;
    private static volatile @Nullable LogContext context; // of the task that runs while it is awaited

    private static final class Present { // looked for where it is not awaited
        static final boolean BACKEND_IS_THERE = ClassLoader.getSystemResource(BACKEND) != null;
    }

    private final SLF4JServiceProvider backend; // SLF4J asks for its parts before it has it begin

    /** Finds the backend. */
    public LateLogging() {
        this.backend = ServiceLoader.load(SLF4JServiceProvider.class, LoggerFactory.class.getClassLoader())
                .findFirst()
                .orElseGet(NOP_FallbackServiceProvider::new);
    }

    /** Arranges for it in this process, before anything is logged, unless somebody has named another class. */
    static void arrange() {
        if (System.getProperty(LoggerFactory.PROVIDER_PROPERTY_KEY) == null) {
            System.setProperty(LoggerFactory.PROVIDER_PROPERTY_KEY, LateLogging.class.getName());
            isAwaited = true;
        }
    }

    /** Whether there is a backend to tell of tasks; one that has yet to begin is told by {@code entered} then. */
    static boolean hasBegun(LogContext entered) {
        if (isAwaited) {
            context = entered;
            return false;
        }
        return Present.BACKEND_IS_THERE;
    }

    @Override
    public void initialize() {
        backend.initialize();
        if (backend instanceof NOP_FallbackServiceProvider) {
            return; // nobody is to be told, ever
        }
        isAwaited = false;
        var running = context;
        if (running != null) {
            running.begin(backend.getMDCAdapter());
        }
    }

    @Override
    public ILoggerFactory getLoggerFactory() {
        return backend.getLoggerFactory();
    }

    @Override
    public IMarkerFactory getMarkerFactory() {
        return backend.getMarkerFactory();
    }

    @Override
    public MDCAdapter getMDCAdapter() {
        return backend.getMDCAdapter();
    }

    @Override
    public String getRequestedApiVersion() {
        return backend.getRequestedApiVersion();
    }
}
