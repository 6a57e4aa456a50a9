package dev.weirpool.scheduler;

/**
 * What becomes of planned times that nobody could fire: no scheduler ran, or Redis was down. A planned time counts as missed when it is
 * more than 10 s late; then it and all later ones that have passed too are treated together.
 *
 * @param most how many of them are fired at once, the latest; the others are dropped and counted
 */
public record Misfire(int most) {

    /** None of them is fired. */
    public static final Misfire SKIP = new Misfire(0);

    /** The latest of them is fired, in the place of all. */
    public static final Misfire ONCE = new Misfire(1);

    public Misfire {
        if (most < 0 || most > 10_000) {
            throw new IllegalArgumentException(
                    "from 0 to 10000 missed times can be fired, not " + most + "; use skip, once or all(max)");
        }
    }

    /**
     * Each of them is fired, up to {@code most}, the latest.
     *
     * @throws IllegalArgumentException if that is not from 1 to 10 000
     */
    public static Misfire all(int most) {
        if (most < 1) {
            throw new IllegalArgumentException("all(max) fires from 1 to 10000 missed times, not " + most);
        }
        return new Misfire(most);
    }

    /** {@code skip}, {@code once} or {@code all(max)}. */
    @Override
    public String toString() {
        return most == 0 ? "skip" : most == 1 ? "once" : "all(" + most + ")";
    }
}
