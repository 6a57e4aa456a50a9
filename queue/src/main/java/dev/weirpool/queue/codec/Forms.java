package dev.weirpool.queue.codec;

import java.lang.reflect.Proxy;
import org.jspecify.annotations.Nullable;

/** Finds the form of a class or tag, making it when it is first needed: a process uses only a few of them. */
final class Forms {
    private final AllowList allowed;
    private final Surrogate<?, ?>[] surrogates;
    /** Written without a lock: forms are immutable, so two threads may each make the same one. */
    private final @Nullable Form[] byTag = new @Nullable Form[Tag.count()];

    /** Not a map: that would keep every class, and so its class loader, for as long as the codec lives. */
    private final ClassValue<Form> byClass = new ClassValue<>() {
        @Override
        protected Form computeValue(Class<?> type) {
            return (Form) make(type);
        }
    };

    Forms(AllowList allowed, Surrogate<?, ?>... surrogates) {
        this.allowed = allowed;
        this.surrogates = surrogates.clone();
    }

    AllowList allowed() {
        return allowed;
    }

    /** Refuses a class of the application that the reader would not let in. */
    void check(Class<?> type) {
        if (ClassNames.isJdk(type)) {
            throw Refusal.of(type, Remedy.of(type));
        }
        if (!allowed.allows(type.getName(), type.getClassLoader())) {
            throw Refusal.of(type, allowed.remedy(type));
        }
    }

    /** Returns the form for objects of exactly this class. */
    Form of(Class<?> type) {
        return byClass.get(type);
    }

    /** Returns the form for values with this tag. */
    Form of(Tag tag) {
        Form form = byTag[tag.number];
        if (form == null) {
            form = (Form) make(tag);
            byTag[tag.number] = form;
        }
        return form;
    }

    /** Returns the surrogate for the type with this name, if the codec was given one. */
    @Nullable
    Surrogate<?, ?> surrogate(String typeName) {
        for (Surrogate<?, ?> surrogate : surrogates) {
            if (surrogate.type().getName().equals(typeName)) {
                return surrogate;
            }
        }
        return null;
    }

    /*
     * The methods that make forms return them as Objects, to be cast by the caller: to check that each may be returned as
     * a Form, the verifier would load all of their classes as soon as this one is linked (9 ms in a fresh JVM). Each is
     * returned by itself, as the value of a switch expression is again a Form to the compilers of later JDKs.
     */

    private Object make(Class<?> type) {
        for (Surrogate<?, ?> surrogate : surrogates) {
            if (surrogate.type().isAssignableFrom(type)) {
                return new SurrogateForm(surrogate);
            }
        }
        Tag tag = Tag.ofClass(type.getName());
        if (tag != null && tag.family != Tag.Family.TYPE_ONLY) {
            return of(tag);
        }
        if (type.isArray()) {
            return new ArrayForm(type.getComponentType());
        }
        if (Enum.class.isAssignableFrom(type)) {
            return enumForm(type);
        }
        if (ClassNames.isJdk(type)) {
            return of(JdkClass.tag(type));
        }
        if (type.isHidden()) {
            return new LambdaForm(type);
        }
        if (Proxy.isProxyClass(type)) {
            throw Refusal.of(type, Remedy.of(type));
        }
        check(type);
        if (type.isRecord()) {
            return new RecordForm(type);
        }
        return new ObjectForm(type);
    }

    private Object enumForm(Class<?> type) {
        // a constant with a body is an object of an anonymous subclass
        Class<?> declaring = type.isEnum() ? type : type.getSuperclass();
        Tag comparator = JdkClass.comparator(declaring);
        if (comparator != null) {
            return of(comparator);
        }
        if (Tag.ofClass(declaring.getName()) == null) {
            check(declaring);
        }
        return new EnumForm(declaring);
    }

    private static Object make(Tag tag) {
        switch (tag.family) {
            case SCALAR:
                return new ScalarForm(tag);
            case TEXT:
                return new TextForm(tag);
            case VALUE:
                return new ValueForm(tag);
            case TIME:
                return new TimeForm(tag);
            case COMPARATOR:
                return new ComparatorForm();
            case PRIMITIVES:
                return new PrimitivesForm(tag);
            case OBJECTS:
                return new ObjectsForm(tag);
            case COLLECTION:
                return new CollectionForm(tag);
            case SORTED:
                return new SortedForm(tag);
            case FIXED:
                return new FixedForm(tag);
            case MAP:
                return new MapForm(tag);
            case SORTED_MAP:
                return new SortedMapForm(tag);
            case FIXED_MAP:
                return new FixedMapForm(tag);
            case PAIR:
                return new PairForm(tag);
            case CELL:
                return new CellForm();
            case MUTABLE:
                return new MutableForm(tag);
            case ENUM_SET:
                return new EnumSetForm();
            case ENUM_MAP:
                return new EnumMapForm();
            case APPLICATION:
                return new ApplicationObject();
            case ARRAY:
                return new ArrayForm(Object.class);
            case ENUM:
                return new EnumForm(Enum.class);
            case LAMBDA:
                return new LambdaForm(Object.class);
            case SURROGATE:
                return new SurrogateForm(null);
            default:
                throw new DecodingException(tag + " is not the beginning of a value");
        }
    }
}
