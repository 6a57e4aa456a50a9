package dev.weirpool.queue.codec;

/** How the values of one type are written and read. Immutable, and used by many threads at once. */
abstract class Form {
    final Tag tag;

    Form(Tag tag) {
        this.tag = tag;
    }

    /** Is an object that is met twice written once, and then referred to? */
    boolean isShared() {
        return tag.family.identity != Tag.Identity.NONE;
    }

    /** Is the object made after its content, so that the content cannot refer back to it? */
    boolean isMadeLast() {
        return tag.family.identity == Tag.Identity.KEPT_ONCE_MADE;
    }

    /** Writes what follows the tag. */
    abstract void write(Encoder out, Object value);

    /**
     * Reads what {@link #write} wrote. A form whose objects exist before their content {@linkplain Decoder#keep keeps}
     * the object under {@code number} before it reads on.
     *
     * @param number the number under which the message may refer to the object; -1 if it is not shared
     * @return the value, or a {@link Lost} while skipping something that this side does not have
     */
    abstract Object read(Decoder in, int number);
}
