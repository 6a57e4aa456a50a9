package dev.weirpool.queue.codec;

import java.lang.invoke.SerializedLambda;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import org.jspecify.annotations.Nullable;

/**
 * Serializable lambdas and method references that are values: a comparator, a function in a field.
 *
 * <p>Reading one asks the class it was written in for it, by the {@code $deserializeLambda$} the compiler put there.
 * That gives only what the class itself contains, so the bytes can choose among its lambdas but not invent one.
 */
final class LambdaForm extends Form {
    private final Class<?> type;

    /** The class of the lambda matters only for writing; when reading, the message says what it was. */
    LambdaForm(Class<?> type) {
        super(Tag.LAMBDA);
        this.type = type;
    }

    @Override
    void write(Encoder out, Object value) {
        SerializedLambda source = LambdaSource.of(value);
        if (source == null) {
            throw new Refusal(type, "is a lambda that is not Serializable", Remedy.of(type));
        }
        String impl = source.getImplClass().replace('/', '.');
        if (!out.forms().allowed().allowsCall(impl, source.getImplMethodName(), type.getClassLoader())) {
            throw new Refusal(
                    type,
                    "is a reference to a method that may not be called by name",
                    out.forms().allowed().callRefusal(impl, source.getImplMethodName()));
        }
        out.writeClass(capturingClass(source, type));
        out.writeText(source.getFunctionalInterfaceClass());
        out.writeText(source.getFunctionalInterfaceMethodName());
        out.writeText(source.getFunctionalInterfaceMethodSignature());
        out.writeByte(source.getImplMethodKind());
        out.writeText(source.getImplClass());
        out.writeText(source.getImplMethodName());
        out.writeText(source.getImplMethodSignature());
        out.writeText(source.getInstantiatedMethodType());
        try {
            ObjectsForm.writeAll(out, captured(source));
        } catch (Refusal refusal) {
            throw refusal.within("captured");
        }
    }

    private static Class<?> capturingClass(SerializedLambda source, Class<?> type) {
        try {
            return Class.forName(source.getCapturingClass().replace('/', '.'), false, type.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new Refusal(type, "cannot be found again in " + source.getCapturingClass(), Remedy.of(type), e);
        }
    }

    static @Nullable Object[] captured(SerializedLambda source) {
        @Nullable Object[] captured = new @Nullable Object[source.getCapturedArgCount()];
        for (int i = 0; i < captured.length; i++) {
            captured[i] = source.getCapturedArg(i);
        }
        return captured;
    }

    @Override
    Object read(Decoder in, int number) {
        ClassMention mention = in.readClass();
        Class<?> capturing = in.load(mention);
        String[] texts = new String[3];
        for (int i = 0; i < texts.length; i++) {
            texts[i] = in.readText();
        }
        int kind = in.readByte();
        String implClass = in.readText();
        String implMethod = in.readText();
        String implSignature = in.readText();
        String instantiatedType = in.readText();
        @Nullable Object[] captured = ObjectsForm.readAll(in);
        if (capturing == null) {
            return new Lost("there is no class " + mention.name() + " here, but the message contains a lambda of it");
        }
        check(in.forms().allowed(), capturing.getClassLoader(), texts[0].replace('/', '.'), implClass, implMethod);
        SerializedLambda source = new SerializedLambda(
                capturing,
                texts[0],
                texts[1],
                texts[2],
                kind,
                implClass,
                implMethod,
                implSignature,
                instantiatedType,
                captured);
        try {
            Method find = capturing.getDeclaredMethod("$deserializeLambda$", SerializedLambda.class);
            if (!find.isSynthetic() || !Modifier.isStatic(find.getModifiers())) {
                throw new DecodingException(mention.name() + " has a $deserializeLambda$ that no compiler has made");
            }
            find.setAccessible(true);
            return find.invoke(null, source);
        } catch (ReflectiveOperationException e) {
            return in.lose(new Lost("the class " + mention.name() + " has no lambda " + implMethod + implSignature
                    + " here; the message was written by another build of it"));
        }
    }

    /** The class finds only what it contains itself, but that may be a reference to a method of any other class. */
    private static void check(
            AllowList allowed, ClassLoader loader, String function, String implClass, String implMethod) {
        String owner = implClass.replace('/', '.');
        if (!allowed.allowsCall(owner, implMethod, loader)) {
            throw new DecodingException(allowed.callRefusal(owner, implMethod));
        }
        if (!allowed.allowsFunction(function, loader)) {
            throw new DecodingException(allowed.refusal(function));
        }
    }
}
