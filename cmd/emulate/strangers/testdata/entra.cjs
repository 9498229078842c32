// The main job with MSAL and Microsoft's Graph client: sign in by device code, register an application, consent to
// its permissions, give it a secret and a certificate, and sign in as the application with each.
const assert = require('node:assert/strict');
const fs = require('node:fs');
const msal = require('@azure/msal-node');
const { Client, PageIterator, BatchRequestContent, BatchResponseContent } = require('@microsoft/microsoft-graph-client');

const { LOGIN, GRAPH, TENANT, CLIENT, BEA, CERT, KEY } = process.env;
const authority = `${LOGIN}/${TENANT}`;
const host = new URL(LOGIN).host;
const of = (more) => ({ auth: { authority, knownAuthorities: [host], ...more } });
const graphFor = (token) => Client.init({ baseUrl: GRAPH, customHosts: new Set([new URL(GRAPH).hostname]), authProvider: (done) => done(null, token) });
const resourceOf = (graph, appId) => graph.api(`/servicePrincipals(appId='${appId}')`).select('id,appRoles,oauth2PermissionScopes').get();
const GRAPH_APP = '00000003-0000-0000-c000-000000000000';

// patiently tries again while what is new is not known everywhere.
async function patiently(call) {
  for (let i = 0; ; i++) {
    try { return await call(); } catch (e) { if (i === 20) throw e; await new Promise((r) => setTimeout(r, 250)); }
  }
}

(async () => {
  // Sign in.
  const scopes = ['Application.ReadWrite.All', 'Directory.Read.All', 'AppRoleAssignment.ReadWrite.All', 'DelegatedPermissionGrant.ReadWrite.All', 'User.ReadBasic.All'].map((s) => `${GRAPH}/${s}`);
  const pca = new msal.PublicClientApplication(of({ clientId: CLIENT }));
  const signedIn = await pca.acquireTokenByDeviceCode({ scopes, deviceCodeCallback: (c) => console.log('CODE', c.userCode) });
  assert.equal(signedIn.tenantId, TENANT);
  assert.equal(signedIn.account.username, 'ada@contoso.onmicrosoft.com');
  const silent = await pca.acquireTokenSilent({ scopes: [`${GRAPH}/User.Read`], account: signedIn.account, forceRefresh: true });
  assert.notEqual(silent.accessToken, signedIn.accessToken);
  const graph = graphFor(signedIn.accessToken);

  // Register.
  const resource = await resourceOf(graph, GRAPH_APP);
  const role = resource.appRoles.find((r) => r.value === 'User.Read.All').id;
  const scope = resource.oauth2PermissionScopes.find((s) => s.value === 'Group.Read.All').id;
  const app = await graph.api('/applications').post({
    displayName: 'From Node', web: { redirectUris: ['https://node.example.com/cb'] },
    requiredResourceAccess: [{ resourceAppId: GRAPH_APP, resourceAccess: [{ id: role, type: 'Role' }, { id: scope, type: 'Scope' }] }],
  });
  const sp = await patiently(() => graph.api('/servicePrincipals').post({ appId: app.appId }));
  await patiently(() => graph.api(`/servicePrincipals/${resource.id}/appRoleAssignedTo`).post({ principalId: sp.id, resourceId: resource.id, appRoleId: role }));
  const grant = await graph.api('/oauth2PermissionGrants').post({ clientId: sp.id, consentType: 'AllPrincipals', resourceId: resource.id, scope: 'Group.Read.All' });
  await graph.api(`/oauth2PermissionGrants/${grant.id}`).patch({ scope: 'Group.Read.All User.Read' });
  const bea = (await graph.api('/users').filter(`userPrincipalName eq '${BEA}' or mail eq '${BEA}'`).select('id').get()).value[0];
  await graph.api(`/applications/${app.id}/owners/$ref`).post({ '@odata.id': `${GRAPH}/v1.0/directoryObjects/${bea.id}` });

  // Credentials.
  const first = await graph.api(`/applications/${app.id}/addPassword`).post({ passwordCredential: { displayName: 'first' } });
  const second = await graph.api(`/applications/${app.id}/addPassword`).post({ passwordCredential: { displayName: 'second' } });
  await graph.api(`/applications/${app.id}/removePassword`).post({ keyId: first.keyId });
  const der = fs.readFileSync(CERT, 'utf8').replace(/-----[^-]+-----|\s/g, '');
  await graph.api(`/applications/${app.id}`).patch({ keyCredentials: [{ type: 'AsymmetricX509Cert', usage: 'Verify', displayName: 'made elsewhere', key: der }] });
  const signInAs = (more) => new msal.ConfidentialClientApplication(of({ clientId: app.appId, ...more })).acquireTokenByClientCredential({ scopes: [`${GRAPH}/.default`] });
  const thumbprintSha256 = require('node:crypto').createHash('sha256').update(Buffer.from(der, 'base64')).digest('hex');
  for (const credential of [{ clientSecret: second.secretText }, { clientCertificate: { thumbprintSha256, privateKey: fs.readFileSync(KEY, 'utf8') } }]) {
    const own = await patiently(() => signInAs(credential));
    const people = await graphFor(own.accessToken).api('/users').get();
    assert.ok(people.value.length >= 3);
  }
  await assert.rejects(signInAs({ clientSecret: first.secretText }), (e) => /7000215/.test(e.errorMessage ?? e.message));

  // Pages, batches, names that are taken, and the bin.
  let seen = 0;
  await new PageIterator(graph, await graph.api('/servicePrincipals').top(2).get(), () => { seen++; return true; }).iterate();
  assert.ok(seen >= 5, `${seen} service principals`);
  const batch = new BatchRequestContent([
    { id: '1', request: new Request(GRAPH + '/applications/' + app.id, { method: 'GET' }) },
    { id: '2', request: new Request(GRAPH + '/applications/00000000-0000-0000-0000-000000000001', { method: 'GET' }) }]);
  const answers = new BatchResponseContent(await graph.api('/$batch').post(await batch.getContent()));
  assert.deepEqual([answers.getResponseById('1').status, answers.getResponseById('2').status], [200, 404]);
  const other = await graph.api("/applications(uniqueName='from-node-other')").header('Prefer', 'create-if-missing').patch({ displayName: 'Other' });
  await graph.api(`/applications/${other.id}`).delete();
  await graph.api(`/directory/deletedItems/${other.id}/restore`).post({});
  await graph.api(`/applications/${other.id}`).delete();
  console.log('ALL-DONE', app.appId);
})().catch((e) => { console.error(e); process.exit(1); });
