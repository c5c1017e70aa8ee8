package dev.atrium.application;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Handler that is called when a client emits an event, or sends a {@code call} of that name in the session protocol.
 *
 * <p>
 * Parameters: the {@link Client}, if it comes first, and then the arguments of the event, each as any type that Jackson reads;
 * bytes are {@code byte[]}. Missing arguments are null; a varargs parameter takes all remaining arguments.
 *
 * <p>
 * The result is acknowledged if the client requested an acknowledgement: a value, or the item of a {@code Uni} or a
 * {@code CompletionStage}; an {@code Object[]} is several values. A {@link dev.atrium.gateway.ErrorReply} is acknowledged as
 * {@code {code, error}}, and any other failure as code 500.
 *
 * <p>
 * The method runs on the client's event loop and must not block, unless it is annotated with
 * {@link io.smallrye.common.annotation.Blocking}: then it runs on a worker thread, and the client's next event may be handled
 * concurrently.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface OnEvent {

    /** Name of the event. */
    String value();
}
