package dev.weirpool.scheduler;

/** placeholder */
final class CronWords {
    private CronWords() {}

    static String of(Cron cron) {
        return cron.text();
    }
}
