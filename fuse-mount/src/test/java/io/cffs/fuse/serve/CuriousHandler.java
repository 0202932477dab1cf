package io.cffs.fuse.serve;

import io.cffs.fuse.FuseHandler;
import io.cffs.fuse.FuseInit;
import io.cffs.fuse.FuseReply;
import io.cffs.fuse.FuseRequest;
import io.cffs.fuse.InitFlag;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.List;

/** Looks at every field of every request it is given, then answers with success. */
final class CuriousHandler {
    private static final List<Method> ACCESSORS = Arrays.stream(FuseRequest.class.getMethods())
            .filter(method -> method.getDeclaringClass() != Object.class && method.getParameterCount() == 0)
            .toList();

    int calls;

    static Dispatcher dispatcher(CuriousHandler counter) {
        FuseHandler handler = (FuseHandler) Proxy.newProxyInstance(CuriousHandler.class.getClassLoader(),
                new Class<?>[] {FuseHandler.class}, (proxy, method, arguments) -> {
                    counter.calls++;
                    if (arguments != null && arguments[0] instanceof FuseRequest request) {
                        look(request);
                        ((FuseReply) arguments[1]).ok();
                    }
                    return null;
                });
        Negotiation negotiation = new Negotiation(InitFlag.USUAL, 1 << 20, 1 << 16, 64, 0);
        return new Dispatcher(handler, null, negotiation, new Dispatcher.Listener() {
            @Override
            public void agreed(FuseInit init) {}

            @Override
            public void refused(String sentence) {}

            @Override
            public void destroyed() {}
        });
    }

    /** An accessor of a field that the operation has not may refuse; nothing else may go wrong. */
    private static void look(FuseRequest request) throws ReflectiveOperationException {
        for (Method accessor : ACCESSORS) {
            try {
                accessor.invoke(request);
            } catch (InvocationTargetException thrown) {
                if (!(thrown.getCause() instanceof IllegalStateException)) {
                    throw new AssertionError(accessor.getName(), thrown.getCause());
                }
            }
        }
    }
}
