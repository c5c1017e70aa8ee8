package dev.atrium.deployment;

import dev.atrium.application.HandlerDescription;
import dev.atrium.application.Handlers;
import dev.atrium.application.HandlersCreator;
import io.quarkus.arc.deployment.BeanDiscoveryFinishedBuildItem;
import io.quarkus.arc.deployment.InvokerFactoryBuildItem;
import io.quarkus.arc.deployment.SyntheticBeanBuildItem;
import io.quarkus.arc.deployment.UnremovableBeanBuildItem;
import io.quarkus.arc.processor.BeanInfo;
import io.quarkus.arc.processor.InvokerInfo;
import io.quarkus.deployment.annotations.BuildStep;
import io.quarkus.deployment.builditem.FeatureBuildItem;
import io.quarkus.deployment.execannotations.ExecutionModelAnnotationsAllowedBuildItem;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import org.jboss.jandex.MethodInfo;

/**
 * What Atrium adds to the build of an application: its handlers are found in the index, and CDI generates how they are called, so
 * that a running server looks at no class for its methods. The steps are in this artifact, and not in one of their own, because the
 * server is an application that is built with them as well; {@code META-INF/quarkus-build-steps.list} names them.
 */
public class AtriumProcessor {

    @BuildStep
    FeatureBuildItem feature() {
        return new FeatureBuildItem("atrium");
    }

    /** Quarkus refuses {@code @Blocking} on methods that no framework calls; these are called by Atrium. */
    @BuildStep
    ExecutionModelAnnotationsAllowedBuildItem handlersMayBlock() {
        return new ExecutionModelAnnotationsAllowedBuildItem(HandlerScanner::isHandler);
    }

    /** Nothing injects such a bean, so that Quarkus would remove it. */
    @BuildStep
    UnremovableBeanBuildItem keepHandlers() {
        return UnremovableBeanBuildItem.beanClassAnnotation(HandlerScanner.NAMESPACE);
    }

    /** Makes a bean of all handlers. */
    @BuildStep
    SyntheticBeanBuildItem handlers(BeanDiscoveryFinishedBuildItem beans, InvokerFactoryBuildItem factory) {
        HandlerScanner scanner = new HandlerScanner();
        List<String> descriptions = new ArrayList<>();
        List<InvokerInfo> invokers = new ArrayList<>();
        for (BeanInfo bean : beans.beanStream().classBeans()) {
            if (!bean.getTarget().get().asClass().hasDeclaredAnnotation(HandlerScanner.NAMESPACE)) {
                continue;
            }
            String namespace = scanner.namespace(bean.getTarget().get().asClass());
            for (MethodInfo method : bean.getTarget().get().asClass().methods()) {
                if (HandlerScanner.isHandler(method)) {
                    HandlerDescription description = scanner.describe(namespace, method);
                    descriptions.add(description.encoded());
                    invokers.add(factory.createInvoker(bean, method).withInstanceLookup().build());
                }
            }
        }
        return SyntheticBeanBuildItem.configure(Handlers.class).scope(Singleton.class)
                // It refers to classes of the application, which an artifact that the application depends on does not see.
                .forceApplicationClass()
                .param(HandlersCreator.DESCRIPTIONS, descriptions.toArray(String[]::new))
                .param(HandlersCreator.INVOKERS, invokers.toArray(InvokerInfo[]::new))
                .creator(HandlersCreator.class)
                .done();
    }
}
