export default { template: `<div></div>`, props: { token: String } };
