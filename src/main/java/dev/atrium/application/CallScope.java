package dev.atrium.application;

import io.quarkus.arc.InjectableContext.ContextState;
import io.quarkus.arc.ManagedContext;
import io.smallrye.mutiny.Uni;
import java.util.function.Supplier;

/** Request context of CDI of one call of a handler: from the call until its result is there. Any thread. */
final class CallScope {

    private final ManagedContext context;

    CallScope(ManagedContext context) {
        this.context = context;
    }

    /** Calls with a context of its own, which is not active on this thread any more when the call returns. */
    Uni<Object> call(Supplier<Uni<Object>> handler) {
        ContextState outer = context.getStateIfActive();
        ContextState own = context.activate();
        Uni<Object> result;
        try {
            result = handler.get();
        } catch (Throwable e) {
            context.destroy(own);
            throw e;
        } finally {
            context.deactivate();
            if (outer != null) {
                context.activate(outer);
            }
        }
        return result.onTermination().invoke(() -> context.destroy(own));
    }
}
