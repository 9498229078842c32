# Debian's az 2.45 comes with a newer azure-mgmt-authorization, whose operations keep their configuration in _config:
# every "az role" ends with "no attribute 'config'". This gives it the old name, and touches nothing else.
import importlib.abc
import importlib.util
import sys

FACTORY = 'azure.cli.command_modules.role._client_factory'


class Finder(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name != FACTORY:
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        load = spec.loader.exec_module

        def patched(module):
            load(module)
            make = module._auth_client_factory

            def factory(*args, **kwargs):
                client = make(*args, **kwargs)
                for operations in (client.role_assignments, client.role_definitions):
                    type(operations).config = property(lambda self: self._config)
                return client
            module._auth_client_factory = factory
        spec.loader.exec_module = patched
        return spec


sys.meta_path.insert(0, Finder())
