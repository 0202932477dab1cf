package io.cffs.daemon.cli;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.function.Consumer;

/**
 * Signals sent to this process. The JDK has no supported way to hear them, {@code sun.misc.Signal} is what everybody
 * uses. It is reached by name because the compiler warns of every mention, and warnings are errors here.
 */
final class Signals {
    private Signals() {}

    /**
     * From now on these signals go to {@code listener}, on a thread of their own, and no longer end this process. A
     * signal that the virtual machine keeps for itself is left alone.
     */
    static void listen(Consumer<FunctionSignal> listener) {
        try {
            Class<?> signalClass = Class.forName("sun.misc.Signal");
            Class<?> handlerClass = Class.forName("sun.misc.SignalHandler");
            Method handle = signalClass.getMethod("handle", signalClass, handlerClass);
            for (FunctionSignal signal : FunctionSignal.values()) {
                if (signal != FunctionSignal.KILL) {
                    Runnable action = () -> listener.accept(signal);
                    Object handler = Proxy.newProxyInstance(
                            handlerClass.getClassLoader(), new Class<?>[] {handlerClass},
                            (proxy, method, arguments) -> answer(proxy, method, arguments, action));
                    register(handle, signalClass.getConstructor(String.class).newInstance(signal.name()), handler);
                }
            }
        } catch (ReflectiveOperationException e) {
            throw new AssertionError("this JDK has no sun.misc.Signal", e);
        }
    }

    /** A set or a log may ask the proxy for its identity; everything else is the one method of a handler. */
    private static Object answer(Object proxy, Method method, Object[] arguments, Runnable action) {
        return switch (method.getName()) {
            case "hashCode" -> System.identityHashCode(proxy);
            case "equals" -> proxy == arguments[0];
            case "toString" -> "signal listener";
            default -> {
                action.run();
                yield null;
            }
        };
    }

    private static void register(Method handle, Object signal, Object handler) throws ReflectiveOperationException {
        try {
            handle.invoke(null, signal, handler);
        } catch (InvocationTargetException e) {
            if (!(e.getCause() instanceof IllegalArgumentException)) {
                throw e;
            }
            // Taken by the virtual machine (USR1, USR2 on some builds): it keeps its own meaning.
        }
    }
}
