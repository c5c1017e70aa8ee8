package dev.atrium.application;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.arc.Arc;
import io.quarkus.arc.BeanCreator;
import io.quarkus.arc.SyntheticCreationalContext;
import jakarta.enterprise.invoke.Invoker;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.microprofile.config.ConfigProvider;

/** Creator of the {@link Handlers} bean, from descriptions and generated invokers. Called at startup. */
public final class HandlersCreator implements BeanCreator<Handlers> {

    /** Names of the bean's parameters: two arrays of the same length. */
    public static final String DESCRIPTIONS = "descriptions";
    public static final String INVOKERS = "invokers";

    private static final String MAX_ATTACHMENTS = "atrium.socketio.max-attachments";

    @Override
    @SuppressWarnings("unchecked")
    public Handlers create(SyntheticCreationalContext<Handlers> context) {
        String[] descriptions = (String[]) context.getParams().get(DESCRIPTIONS);
        Invoker<Object, Object>[] invokers = (Invoker<Object, Object>[]) context.getParams().get(INVOKERS);
        ObjectMapper mapper = context.getInjectedReference(ObjectMapper.class);
        Values.use(mapper);
        Values.useBuffers(ConfigProvider.getConfig().getValue(MAX_ATTACHMENTS, Integer.class));
        CallScope scope = new CallScope(Arc.container().requestContext());
        List<Handler> handlers = new ArrayList<>(descriptions.length);
        for (int i = 0; i < descriptions.length; i++) {
            handlers.add(new Handler(HandlerDescription.decode(descriptions[i]), invokers[i], mapper, scope::call));
        }
        return new Handlers(handlers);
    }
}
