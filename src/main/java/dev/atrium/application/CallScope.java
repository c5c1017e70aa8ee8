package dev.atrium.application;

import io.quarkus.arc.InjectableContext.ContextState;
import io.quarkus.arc.ManagedContext;
import io.smallrye.mutiny.Uni;
import java.util.function.Supplier;

/**
 * Request context of CDI of one call of a handler: from the call until its result is there. On a duplicated context of Vert.x
 * it stays active until the next call there, or its own end: what runs there later sees it, unless it is a stage of a
 * {@code Uni}, which has the context that it was made in. Any thread.
 */
record CallScope(ManagedContext context) {

    /** Calls with a context of its own. */
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
