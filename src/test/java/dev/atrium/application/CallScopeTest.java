package dev.atrium.application;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quarkus.arc.InjectableBean;
import io.quarkus.arc.InjectableContext.ContextState;
import io.quarkus.arc.ManagedContext;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.RequestScoped;
import jakarta.enterprise.context.spi.Contextual;
import jakarta.enterprise.context.spi.CreationalContext;
import java.lang.annotation.Annotation;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Request context of a handler: when it begins and ends. */
class CallScopeTest {

    private final ThreadContext context = new ThreadContext();

    private final CallScope scope = new CallScope(context);
    private ContextState state;

    @Test
    void it_is_active_during_the_call_and_ends_with_the_result() {
        CompletableFuture<Object> result = new CompletableFuture<>();
        CompletableFuture<Object> received = scope.call(() -> {
            state = context.getState();
            return Uni.createFrom().completionStage(result);
        }).subscribeAsCompletionStage();
        assertThat(context.isActive()).as("for what else this thread does").isFalse();
        assertThat(state.isValid()).as("until there is a result").isTrue();
        result.complete("done");
        assertThat(received).isCompletedWithValue("done");
        assertThat(state.isValid()).isFalse();
    }

    @Test
    void it_ends_with_an_exception_and_with_a_cancellation() {
        assertThatThrownBy(() -> scope.call(() -> {
            state = context.getState();
            throw new IllegalStateException("on purpose");
        })).hasMessage("on purpose");
        assertThat(state.isValid()).isFalse();
        scope.call(() -> {
            state = context.getState();
            return Uni.createFrom().nothing();
        }).subscribe().with(never -> {
        }).cancel();
        assertThat(state.isValid()).isFalse();
        assertThat(context.isActive()).isFalse();
    }

    @Test
    void the_context_of_the_caller_is_active_again() {
        ContextState outer = context.activate();
        try {
            scope.call(() -> {
                assertThat(context.getState()).isNotSameAs(outer);
                return Uni.createFrom().nullItem();
            }).await().indefinitely();
            assertThat(context.getState()).isSameAs(outer);
            assertThat(outer.isValid()).isTrue();
        } finally {
            context.deactivate();
        }
    }

    /** As the request context of ArC, without its beans. */
    private static final class ThreadContext implements ManagedContext {

        private static final class State implements ContextState {

            private boolean valid = true;

            @Override
            public Map<InjectableBean<?>, Object> getContextualInstances() {
                return Map.of();
            }

            @Override
            public boolean isValid() {
                return valid;
            }
        }

        private ContextState active;

        @Override
        public ContextState activate(ContextState state) {
            active = state == null ? initializeState() : state;
            return active;
        }

        @Override
        public ContextState initializeState() {
            return new State();
        }

        @Override
        public void deactivate() {
            active = null;
        }

        @Override
        public ContextState getState() {
            return active;
        }

        @Override
        public ContextState getStateIfActive() {
            return active;
        }

        @Override
        public boolean isActive() {
            return active != null;
        }

        @Override
        public void destroy(ContextState state) {
            ((State) state).valid = false;
        }

        @Override
        public void destroy() {
            destroy(active);
        }

        @Override
        public Class<? extends Annotation> getScope() {
            return RequestScoped.class;
        }

        @Override
        public <T> T get(Contextual<T> bean, CreationalContext<T> creation) {
            throw new AssertionError("no bean is asked for");
        }

        @Override
        public <T> T get(Contextual<T> bean) {
            throw new AssertionError("no bean is asked for");
        }

        @Override
        public void destroy(Contextual<?> bean) {
            throw new AssertionError("no bean is asked for");
        }
    }
}
